/** How long each part of a job took, in seconds to the millisecond or in milliseconds to two digits, and the whole job so far. */
export function stopwatch<Part extends string>(unit: "s" | "ms") {
  const start = performance.now();
  let last = start;
  const took = (ms: number) => (unit === "s" ? Math.round(ms) / 1000 : Math.round(ms * 100) / 100);
  const parts = {} as Record<Part, number>;
  return {
    /** By part, in the order in which they ended. */
    parts,
    /** Ends a part that began with the stopwatch or with the end of the part before. */
    lap(part: Part): void {
      const now = performance.now();
      parts[part] = took(now - last);
      last = now;
    },
    total: () => took(performance.now() - start),
  };
}
