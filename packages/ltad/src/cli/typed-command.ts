import type { Io } from "./io.js";
import { shellWords } from "../shell-words.js";

/**
 * A command of this program as the user can type it where they are: by `npm run` in a clone of the repository, by npx where the program was
 * started with it, and else by its name.
 */
export function typedCommand(env: Io["env"], ...words: readonly (string | number)[]): string {
  return [typedProgram(env), shellWords(words)].join(" ");
}

/** The words that start this program. npm says which script, or npx, started it. */
export function typedProgram(env: Io["env"]): string {
  const event = env["npm_lifecycle_event"] ?? "";
  if (["ltad", "demo"].includes(event)) return "npm run -s ltad --";
  return event === "npx" ? "npx ltad" : "ltad";
}
