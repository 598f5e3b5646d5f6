import { isLtadError } from "@ltad/core";
import { CommanderError } from "commander";
import { exitCodeOf, exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";
import { coloursFor } from "./progress/colours.js";
import { createProgram } from "./program.js";

/**
 * Runs one command line.
 * @param argv the arguments after `ltad`
 * @returns the exit code; nothing is thrown
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const ended = { code: exitCodes.done as number };
  try {
    await createProgram(io, (code) => (ended.code = code)).parseAsync([...argv], { from: "user" });
    return ended.code;
  } catch (error) {
    return failed(error, io, argv.includes("--debug"));
  }
}

function failed(error: unknown, io: Io, debug: boolean): number {
  // Commander has printed its message, or the requested help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUse;
  const colours = coloursFor(io.stderr, io.env);
  if (isLtadError(error)) {
    if (error.code === "LTAD_ABORTED") io.stderr.write(`${error.message}\n`);
    else io.stderr.write(`${colours.red("error")} ${colours.dim(error.code)} ${error.message}\n`);
    if (debug) io.stderr.write(`${error.stack ?? ""}\n`);
    return exitCodeOf[error.code] ?? exitCodes.failed;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  io.stderr.write(
    `${colours.red("error")} ${message}\nThis is a bug. ${debug ? (stack ?? "") : "Run again with --debug to see where it happened, and report it."}\n`,
  );
  return exitCodes.failed;
}
