import { type ChildProcess, fork } from "node:child_process";

export interface SuperviseOptions {
  /** The program, and what it is called with. It sends the message "serving" when it serves. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (message: string) => void;
  /** Signals that are passed on; the first that ends the program. */
  readonly onSignal: (signal: NodeJS.Signals, handler: () => void) => void;
}

const passedOn = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs a program, and runs it again when it ends while it serves: when memory ran out, or because of a bug.
 * @returns the code that it ended with, when it was told to end or never served
 */
export async function supervise({ file, args, env, log, onSignal }: SuperviseOptions): Promise<number> {
  const state: { child?: ChildProcess; ending: boolean; failures: number } = { ending: false, failures: 0 };
  for (const signal of passedOn) {
    onSignal(signal, () => {
      if (signal !== "SIGHUP") state.ending = true;
      state.child?.kill(signal);
    });
  }
  for (;;) {
    // A group of its own: Ctrl-C in a terminal reaches us alone, and is passed on once.
    const child = fork(file, args, { env: { ...env }, stdio: "inherit", detached: true });
    state.child = child;
    const { code, how, served } = await endOf(child);
    if (state.ending || !served || code === 0) return code ?? 1;
    const pause = served > 60_000 ? 0 : Math.min(30_000, 250 * 2 ** state.failures++);
    log(`The server ${how}. It restarts in ${pause} ms.`);
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (state.ending) return 0;
  }
}

/** @returns served: milliseconds from its first answer to its end; 0 when it never served */
async function endOf(child: ChildProcess): Promise<{ code: number | null; how: string; served: number }> {
  let since = 0;
  child.on("message", (message) => message === "serving" && (since = performance.now()));
  return new Promise((resolve) => {
    child.once("error", () => resolve({ code: 1, how: "cannot be started", served: 0 }));
    child.once("exit", (code, signal) =>
      resolve({
        code,
        how: signal ? `was ended by ${signal}` : `ended with code ${code}`,
        served: since === 0 ? 0 : Math.max(1, performance.now() - since),
      }),
    );
  });
}
