/** Something to wait for: a ring, an abort, or the end of a time. */
export function createBell(signal: AbortSignal) {
  let wake = () => {};
  let isRung = false;
  signal.addEventListener("abort", () => wake(), { once: true });
  return {
    ring() {
      isRung = true;
      wake();
    },
    async wait(ms: number) {
      if (!isRung && !signal.aborted && ms > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => (clearTimeout(timer), resolve());
        });
      }
      isRung = false;
    },
  };
}
