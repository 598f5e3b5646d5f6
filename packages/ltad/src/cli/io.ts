/** A stream that takes text. */
export interface TextOut {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** All of the world that the program touches besides files, so that tests run it in process. */
export interface Io {
  /** Results only. */
  readonly stdout: TextOut;
  /** Progress, remarks, errors. */
  readonly stderr: TextOut;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls back on Ctrl-C; returns how to stop listening. */
  onInterrupt(handler: () => void): () => void;
  /** Calls back on SIGHUP, which asks a server to look for new models; returns how to stop listening. */
  onHangup?(handler: () => void): () => void;
  /** Ends the process immediately: the second Ctrl-C. */
  exit(code: number): void;
  /** Runs this command line in a process that is started again when it dies, and resolves to its exit code; absent in that process itself. */
  watch?(): Promise<number>;
  /** Tells the process that watches this one that it serves by now. */
  serving?(): void;
}

/** Set where another process watches this one. */
const watched = "LTAD_WATCHED";

/** The real process. */
export function processIo(): Io {
  const io = ownIo();
  if (process.env[watched] && process.send) return { ...io, serving: () => process.send!("serving") };
  const [, file, ...args] = process.argv;
  return file === undefined ? io : { ...io, watch: () => watch(io, file, args) };
}

async function watch(io: Io, file: string, args: readonly string[]): Promise<number> {
  const { supervise } = await import("@ltad/server/command");
  return supervise({
    file,
    args,
    env: { ...io.env, [watched]: "1" },
    log: (message) => io.stderr.write(`${message}\n`),
    onSignal: (signal, handler) => {
      if (signal === "SIGINT") io.onInterrupt(handler); // SIGTERM, too
      else if (signal === "SIGHUP") io.onHangup?.(handler);
    },
  });
}

function ownIo(): Io {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    onInterrupt(handler) {
      const signals = ["SIGINT", "SIGTERM"] as const;
      const once = withoutEchoes(handler);
      for (const signal of signals) process.on(signal, once);
      if (process.send) process.once("disconnect", once); // who started us has gone
      const stopWatching = process.env["npm_lifecycle_event"] === undefined ? () => {} : onParentGone(once);
      return () => {
        stopWatching();
        for (const signal of signals) process.off(signal, once);
        process.off("disconnect", once);
      };
    },
    onHangup(handler) {
      process.on("SIGHUP", handler);
      return () => process.off("SIGHUP", handler);
    },
    exit: (code) => process.exit(code),
  };
}

const echo = 300; // ms

/**
 * One Ctrl-C reaches a program twice when npm runs it: from the terminal, and from npm, which passes its own on. The second would end the
 * program before it has saved its work.
 */
function withoutEchoes(handler: () => void): () => void {
  let handled = -Infinity;
  return () => {
    const now = performance.now();
    if (now - handled < echo) return;
    handled = now;
    handler();
  };
}

/**
 * npm runs a script through a shell. A SIGTERM to npm ends both, and a shell such as dash does not pass it on: the program would go on unseen.
 * That its parent is another one then is what it notices.
 */
function onParentGone(handler: () => void): () => void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    handler();
  }, 200);
  timer.unref();
  return () => clearInterval(timer);
}
