/** Exponent of the law in TailedCore. */
const alpha = 6;
/** Part of the law that TailedCore leaves out at each end. */
const tail = 0.01;

/**
 * The size of each class relative to the first, by a Pareto law whose range is cut into as many equal steps as there are classes: a class gets the
 * probability of its step. Without a factor the range is from the 1st to the 99th percentile of the law, as in TailedCore (CVPR 2025); with one it
 * begins at 1 and ends where the last class has 1 / factor of the first.
 */
export function paretoShares(classes: number, factor?: number): number[] {
  if (factor === undefined) return shares(classes, quantile(tail), quantile(1 - tail));
  if (classes < 2 || factor === 1) return Array.from({ length: classes }, () => 1);
  let [low, high] = [1 + 1e-9, 1e9];
  for (let i = 0; i < 200; i++) {
    const middle = Math.sqrt(low * high);
    if (shares(classes, 1, middle).at(-1)! > 1 / factor) low = middle;
    else high = middle;
  }
  return shares(classes, 1, high);
}

function shares(classes: number, from: number, to: number): number[] {
  const edge = (k: number) => from + ((to - from) * k) / classes;
  // TailedCore counts what lies below the range to the first class and drops it again, so that each step is exactly its own.
  const parts = Array.from({ length: classes }, (_, k) => edge(k) ** -alpha - edge(k + 1) ** -alpha);
  return parts.map((part) => part / parts[0]!);
}

function quantile(q: number): number {
  return (1 - q) ** (-1 / alpha);
}
