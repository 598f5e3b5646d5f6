import { auroc } from "../image/auroc.js";
import { rank } from "../ranking/rank.js";
import type { Interval } from "../tail/bootstrap.js";
import { type PairedScores, sidesOf } from "./paired.js";
import { normalQuantile975, normalTwoSided } from "./normal.js";

/** The AUROC of two models on the same images. */
export interface DelongTest {
  readonly aurocA: number;
  readonly aurocB: number;
  /** AUROC of B minus AUROC of A, from -1 to 1. */
  readonly difference: number;
  /** Of the difference. */
  readonly standardError: number;
  /** 95 % interval of the difference, by the normal approximation. */
  readonly interval: Interval;
  /** Two-sided: how often chance alone makes a difference this large. It is 1 when both models rank the images alike. */
  readonly pValue: number;
}

/**
 * DeLong's test of the difference between the AUROC of two models that scored the same images. Do not trust the standard error when there
 * are only one or two images of one kind.
 * @throws LtadError `LTAD_UNDEFINED_METRIC` when one side is missing, `LTAD_DATA` and `LTAD_SHAPE` as {@link rank}
 * @see DeLong, DeLong & Clarke-Pearson 1988; the placements come from sorted scores, as the mid-ranks of Sun & Xu 2014 do
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

/** For each image, the share of the images of the other kind from which its score separates it in the right direction; ties count one half. */
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

/** The first index in an ascending array at which the condition holds; it must hold for all later ones too. */
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
