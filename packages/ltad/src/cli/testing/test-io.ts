import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Io } from "../io.js";
import { run } from "../run.js";

/** What a command line did. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An {@link Io} that keeps what is written, and a Ctrl-C to press. */
export function testIo(options: { readonly isTTY?: boolean; readonly columns?: number; readonly env?: Io["env"] } = {}) {
  const written = { stdout: "", stderr: "" };
  const exits: number[] = [];
  const handlers = new Set<() => void>();
  const io: Io = {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text), isTTY: options.isTTY, columns: options.columns },
    env: options.env ?? {},
    onInterrupt(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    exit: (code) => exits.push(code),
  };
  return { io, written, exits, handlers, interrupt: () => handlers.forEach((handler) => handler()) };
}

/** Runs a command line in process. */
export async function ltad(...argv: readonly string[]): Promise<Ran> {
  return ltadWith({}, ...argv);
}

/** The same with more in the environment. */
export async function ltadWith(env: Io["env"], ...argv: readonly string[]): Promise<Ran> {
  const { io, written } = testIo({ env: { ...process.env, npm_lifecycle_event: "", ...env } });
  const code = await run(argv, io);
  return { code, ...written };
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ltad-cli-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
