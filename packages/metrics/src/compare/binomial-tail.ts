import { check, number, whole } from "@ltad/core/check";

/**
 * How often chance alone gives at least this many successes: P(X >= successes) for X ~ Binomial(trials, rate).
 * It is the p-value of the exact one-sided test of the hypothesis that the true rate is not above `rate`.
 * @returns 0..1; 0 when there are more successes than trials
 * @throws LtadError `LTAD_CONFIG` for counts that are not whole numbers of 0 or more, or a rate outside 0..1
 * @see scipy's `binom.sf(successes - 1, trials, rate)`
 */
export function binomialTail(successes: number, trials: number, rate: number): number {
  check("binomialTail", { successes, trials, rate }, { successes: whole(0), trials: whole(0), rate: number(0, 1) });
  if (successes === 0) return 1;
  if (successes > trials || rate === 0) return 0;
  if (rate === 1) return 1;
  return Math.min(1, upperSum(successes, trials, rate));
}

/** The sum of the terms from `from` to n. Terms are kept as logarithms until they are added, because the first may underflow. */
function upperSum(from: number, n: number, p: number): number {
  let log = n * Math.log1p(-p);
  let sum = 0;
  for (let k = 0; k <= n; k++) {
    if (k >= from) sum += Math.exp(log);
    log += Math.log((n - k) / (k + 1)) + Math.log(p) - Math.log1p(-p);
  }
  return sum;
}
