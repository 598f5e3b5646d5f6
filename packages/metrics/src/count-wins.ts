/**
 * Twice the Mann-Whitney count: 2 for every pair in which the positive is larger, 1 for every tie. An exact whole number below 2^53.
 * @param positives ascending
 * @param negatives ascending
 */
export function countWins(positives: ArrayLike<number>, negatives: ArrayLike<number>): number {
  let below = 0; // negatives smaller than the positive at hand
  let upTo = 0; // negatives smaller than or equal to it
  let twice = 0;
  for (let i = 0; i < positives.length; i++) {
    const value = positives[i] as number;
    while (below < negatives.length && (negatives[below] as number) < value) below++;
    if (upTo < below) upTo = below;
    while (upTo < negatives.length && (negatives[upTo] as number) === value) upTo++;
    twice += below + upTo;
  }
  return twice;
}
