/** Seconds of each part of a job, in the order in which they ended. */
export function stopwatch<Part extends string>() {
  const seconds = {} as Record<Part, number>;
  let last = performance.now();
  return {
    seconds,
    lap(part: Part): void {
      const now = performance.now();
      seconds[part] = Math.round(now - last) / 1000;
      last = now;
    },
  };
}
