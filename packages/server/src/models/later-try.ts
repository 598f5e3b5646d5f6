/** When a bundle that could not be opened is tried again without being asked to. */
export interface LaterTry {
  /** Of the bundle; another one is tried at once. */
  readonly fingerprint: string;
  /** Milliseconds that were waited for it. */
  readonly wait: number;
  /** A time of `performance.now()`. */
  readonly at: number;
}

const firstWait = 1000;
const longestWait = 60_000;

/** Each failure doubles the wait: a file may be missing only because it is still being copied, but each try costs a process. */
export function laterTry(previous: LaterTry | undefined, fingerprint: string): LaterTry {
  const wait = previous?.fingerprint === fingerprint ? Math.min(2 * previous.wait, longestWait) : firstWait;
  return { fingerprint, wait, at: performance.now() + wait };
}

export function isTooEarly(next: LaterTry | undefined, fingerprint: string): boolean {
  return next?.fingerprint === fingerprint && performance.now() < next.at;
}
