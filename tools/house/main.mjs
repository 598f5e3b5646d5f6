import { bench } from "./bench.mjs";
import { runChecks } from "./checks.mjs";
import { docs } from "./docs.mjs";
import { launch } from "./launch.mjs";
import { HouseError } from "./run.mjs";
import { setUp } from "./set-up.mjs";

const commands = {
  /** Set-up, then `ltad demo`. */
  async demo(args) {
    await setUp();
    await launch("trainer", ["demo", ...args]);
  },
  /** Set-up, then every check; ends with `N passed, N failed, N skipped`. */
  async test(args) {
    const state = await setUp().catch(tell);
    process.exitCode = await runChecks(args, state);
  },
  /** Set-up, then one measurement; ends with one line of JSON. */
  async bench(args) {
    await setUp();
    process.exitCode = await bench(args);
  },
  async build() {
    await setUp();
  },
  /** Set-up, then the documentation site: built, or with `dev` and `preview` served. */
  async docs(args) {
    await setUp();
    process.exitCode = await docs(args);
  },
};

/** Runs one of the commands and reports faults of the set-up in words. */
export async function main([name = "", ...args]) {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    tell(new HouseError(`tools/house.mjs: unknown command "${name}". Use one of: ${Object.keys(commands).join(", ")}.`));
    process.exitCode = 2;
    return;
  }
  await command(args).catch((error) => {
    tell(error);
    process.exitCode ||= 1;
  });
}

function tell(error) {
  if (!(error instanceof HouseError)) throw error;
  console.error(`\n${error.message}`);
}
