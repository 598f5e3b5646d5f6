import { needAnomalies, type Ranking } from "../ranking/ranking.js";

/** The best F1 over all thresholds, and where it is reached. It is found on the test labels, so it is an upper bound and not a threshold for production. */
export interface BestF1 {
  /** 0..1 */
  readonly value: number;
  /** The highest score that reaches it; predict anomaly at `score >= threshold`. */
  readonly threshold: number;
  /** The lowest score that reaches it. */
  readonly lowestThreshold: number;
}

/**
 * F1-max: the maximum over all distinct scores of 2 TP / (2 TP + FP + FN). Candidates are compared as exact fractions.
 * @throws LtadError `LTAD_UNDEFINED_METRIC` without any anomaly
 */
export function f1Max(ranking: Ranking): BestF1 {
  needAnomalies(ranking, "F1-max");
  const best = { hits: 0, called: 1, threshold: Number.NaN, lowestThreshold: Number.NaN };
  ranking.walk((threshold, tp, fp) => {
    const order = compareFractions(tp, tp + fp + ranking.positives, best.hits, best.called); // F1 / 2
    if (order > 0) Object.assign(best, { hits: tp, called: tp + fp + ranking.positives, threshold, lowestThreshold: threshold });
    else if (order === 0 && tp > 0) best.lowestThreshold = threshold;
  });
  return { value: (2 * best.hits) / best.called, threshold: best.threshold, lowestThreshold: best.lowestThreshold };
}

/**
 * The best intersection over union, TP / (TP + FP + FN), over all thresholds. It equals F1 / (2 - F1) and is reached where F1-max is.
 * @returns 0..1
 * @throws LtadError `LTAD_UNDEFINED_METRIC` without any anomaly
 */
export function iouMax(ranking: Ranking): number {
  const { value } = f1Max(ranking);
  return value / (2 - value);
}

/** Sign of a/b - c/d for whole numbers, exact also where the products exceed 2^53. */
function compareFractions(a: number, b: number, c: number, d: number): number {
  const [left, right] = [a * d, c * b];
  if (Math.abs(left - right) > 1e-12 * right || left < Number.MAX_SAFE_INTEGER) return Math.sign(left - right);
  const difference = BigInt(a) * BigInt(d) - BigInt(c) * BigInt(b);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}
