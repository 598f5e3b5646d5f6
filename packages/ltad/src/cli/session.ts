import { LtadError, isLtadError, type Progress } from "@ltad/core";
import { exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";
import { coloursFor, type Colours } from "./progress/colours.js";
import { createProgressDisplay } from "./progress/progress-display.js";

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

/** What a command works with: where results go, how it reports what it does, and when it must stop. */
export interface Session {
  readonly io: Io;
  readonly json: boolean;
  readonly signal: AbortSignal;
  readonly colours: Colours;
  readonly onProgress: (progress: Progress) => void;
  /** A remark for people, on stderr; silent with --quiet. */
  readonly info: (line: string) => void;
  /** Something to know, on stderr, also with --quiet. */
  readonly warn: (line: string) => void;
  /** A result for people, on stdout; nothing with --json. */
  readonly print: (line: string) => void;
  /** The result for machines, on stdout: one JSON value on one line; nothing without --json. */
  readonly printJson: (value: unknown) => void;
}

/**
 * Runs a job with progress and Ctrl-C: the first stops it where it can continue later, the second ends the process.
 * @param onStop what to print after a stop: how to continue
 */
export async function withSession<T>(io: Io, options: CommonOptions, onStop: string, job: (session: Session) => Promise<T>): Promise<T> {
  const { json = false, quiet = false } = options;
  const display = createProgressDisplay(io);
  const colours = coloursFor(io.stderr, io.env);
  const controller = new AbortController();
  const stopListening = io.onInterrupt(() => {
    if (controller.signal.aborted) return io.exit(exitCodes.stopped);
    display.say("Stopping at the next safe point. Press Ctrl-C again to stop immediately.");
    controller.abort(new Error("Ctrl-C"));
  });
  try {
    return await job({
      io,
      json,
      signal: controller.signal,
      colours,
      onProgress: (progress) => !quiet && display.show(progress),
      info: (line) => !quiet && display.say(line),
      warn: (line) => display.say(`${colours.yellow("warning")} ${line}`),
      print: (line) => !json && io.stdout.write(`${line}\n`),
      printJson: (value) => json && io.stdout.write(`${JSON.stringify(value)}\n`),
    });
  } catch (error) {
    if (isLtadError(error) && error.code === "LTAD_ABORTED") throw new LtadError("LTAD_ABORTED", `Stopped. ${onStop}`, { cause: error });
    throw error;
  } finally {
    stopListening();
    display.close();
  }
}
