import type { Io } from "../io.js";
import { shellWords } from "../shell-words.js";

/** A command of this program as the user can type it where they are: through npm in a clone of the repository, else by its name. */
export function typedCommand(env: Io["env"], ...words: readonly (string | number)[]): string {
  return shellWords([...(inRepository(env) ? ["npm", "run", "-s", "ltad", "--"] : ["ltad"]), ...words]);
}

/** The command that serves a bundle. */
export function serveCommand(env: Io["env"], model: string): string {
  return shellWords([...(inRepository(env) ? ["node", "apps/server/dist/main.js"] : ["ltad-server"]), "--bundle", model, "--port", 8080]);
}

/** npm says which of the root's scripts started us. */
function inRepository(env: Io["env"]): boolean {
  return ["ltad", "demo"].includes(env["npm_lifecycle_event"] ?? "");
}
