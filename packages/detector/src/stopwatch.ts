/** Milliseconds of each lap and in all. */
export function stopwatch() {
  const start = performance.now();
  let last = start;
  const rounded = (ms: number) => Math.round(ms * 100) / 100;
  return {
    lap: () => {
      const now = performance.now();
      const ms = now - last;
      last = now;
      return rounded(ms);
    },
    total: () => rounded(performance.now() - start),
  };
}
