import { auroc } from "../image/auroc.js";
import { rank } from "../ranking/rank.js";
import type { Interval } from "../tail/bootstrap.js";
import { type PairedScores, sidesOf } from "./paired.js";
import { normalQuantile975, normalTwoSided } from "./normal.js";

/** Two models' AUROC on the same images. */
export interface DelongTest {
  readonly aurocA: number;
  readonly aurocB: number;
  /** B - A. */
  readonly difference: number;
  readonly standardError: number;
  /** 95 % interval of the difference, by the normal approximation. */
  readonly interval: Interval;
  /** Two-sided: how often chance alone makes so large a difference; 1 when the models rank alike. */
  readonly pValue: number;
}

/**
 * DeLong's test of the difference between two correlated AUROC.
 * @throws LtadError `LTAD_UNDEFINED_METRIC` when one side is missing, `LTAD_DATA` and `LTAD_SHAPE` as {@link rank}
 * @see DeLong, DeLong & Clarke-Pearson 1988; by mid-ranks as Sun & Xu 2014. With two images of one kind or fewer the variance is not to be trusted
 */
export function delongTest(paired: PairedScores): DelongTest {
  const { good, defective } = sidesOf(paired);
  const aurocA = auroc(rank(paired.a, paired.isAnomaly, paired.names));
  const aurocB = auroc(rank(paired.b, paired.isAnomaly, paired.names));
  const [a, b] = [placements(paired.a, good, defective), placements(paired.b, good, defective)];
  const variance =
    varianceOf(a.defective, b.defective, aurocA, aurocB) / defective.length + varianceOf(a.good, b.good, aurocA, aurocB) / good.length;
  const [difference, standardError] = [aurocB - aurocA, Math.sqrt(Math.max(0, variance))];
  const reach = normalQuantile975 * standardError;
  const pValue = standardError === 0 ? (difference === 0 ? 1 : 0) : normalTwoSided(difference / standardError);
  return { aurocA, aurocB, difference, standardError, interval: { low: difference - reach, high: difference + reach }, pValue };
}

/** For each image, the share of the images of the other kind that it is on the right side of, ties one half. */
function placements(scores: ArrayLike<number>, good: readonly number[], defective: readonly number[]) {
  const pick = (places: readonly number[]) => places.map((i) => scores[i]!);
  const sorted = { good: Float64Array.from(pick(good)).sort(), defective: Float64Array.from(pick(defective)).sort() };
  return {
    defective: pick(defective).map((score) => shareBelow(sorted.good, score)),
    good: pick(good).map((score) => 1 - shareBelow(sorted.defective, score)),
  };
}

function shareBelow(sorted: Float64Array, score: number): number {
  return (firstWhere(sorted, (v) => v >= score) + firstWhere(sorted, (v) => v > score)) / 2 / sorted.length;
}

/** First place in an ascending array from which on something holds. */
function firstWhere(sorted: Float64Array, holds: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Unbiased variance of b - a. */
function varianceOf(a: readonly number[], b: readonly number[], meanA: number, meanB: number): number {
  const sum = a.reduce((total, value, i) => total + (b[i]! - value - (meanB - meanA)) ** 2, 0);
  return sum / Math.max(1, a.length - 1);
}
