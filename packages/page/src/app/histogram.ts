/** Bars of a histogram over a range of scores. */
export interface Bars {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

/** Counts scores in bars of one width, over a range that includes the marks. */
export function barsOf(scores: readonly number[], marks: readonly number[], bars = 24): Bars {
  const all = [...scores, ...marks].filter((value) => Number.isFinite(value));
  const low = Math.min(0, ...all);
  const high = all.length === 0 ? 1 : Math.max(...all) * 1.05;
  const counts = new Array<number>(bars).fill(0);
  for (const score of scores) {
    const place = Math.min(bars - 1, Math.floor(((score - low) / (high - low)) * bars));
    counts[place]!++;
  }
  return { low, high, counts };
}
