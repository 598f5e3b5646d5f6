/** Notices when there was no work for some seconds. */
export function idleWatch(seconds = Infinity) {
  let [running, timer]: [number, NodeJS.Timeout | undefined] = [0, undefined];
  let end: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (end = resolve));
  const wait = () => {
    if (seconds < Infinity) timer = setTimeout(end, seconds * 1000);
  };
  wait();
  return {
    over,
    async during<T>(work: () => Promise<T>): Promise<T> {
      clearTimeout(timer);
      running++;
      try {
        return await work();
      } finally {
        if (--running === 0) wait();
      }
    },
    stop: () => clearTimeout(timer),
  };
}
