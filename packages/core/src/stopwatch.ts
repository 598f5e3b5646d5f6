/** Measures how long each part of a job takes, and the job so far, in seconds with three decimals or in milliseconds with two. It starts when it is created. */
export function stopwatch<Part extends string>(unit: "s" | "ms") {
  const start = performance.now();
  let last = start;
  const took = (ms: number) => (unit === "s" ? Math.round(ms) / 1000 : Math.round(ms * 100) / 100);
  const parts = {} as Record<Part, number>;
  return {
    /** The duration of each part, in the order in which the parts ended. */
    parts,
    /** Ends a part, which began when the previous part ended or the stopwatch was created. */
    lap(part: Part): void {
      const now = performance.now();
      parts[part] = took(now - last);
      last = now;
    },
    /** The time since the stopwatch was created. */
    total: () => took(performance.now() - start),
  };
}
