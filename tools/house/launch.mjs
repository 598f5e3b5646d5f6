import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./run.mjs";

/** Runs a built app in this very process, as if Node had been called with it: nothing is added to its start or its signals. */
export async function launch(app, args, base = root) {
  const main = join(base, "apps", app, "dist/main.js");
  if (!existsSync(main)) {
    console.error(`apps/${app} is not built yet. Run "npm run build" first ("npm run demo" and "npm test" do it too).`);
    process.exitCode = 1;
    return;
  }
  process.argv = [process.execPath, main, ...args];
  await import(pathToFileURL(main).href);
}
