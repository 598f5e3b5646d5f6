import { float32, throwIfAborted } from "@ltad/core";
import type { ClassSums } from "@ltad/features";
import type { HeadArrays, TrainedHead } from "../head/head-graph.js";
import { allJudged } from "../run/judged-store.js";
import type { TrainingSet } from "../run/training-set.js";
import { type GoodImage, goodScores } from "./good-scores.js";
import { heldOutImages, type HeldOutOptions } from "./held-out.js";
import { usualScores } from "./usual-scores.js";

export interface Calibrated {
  readonly calibration: HeadArrays["calibration"];
  /** Good images, scored by the model with statistics that were fitted without them. */
  readonly good: readonly GoodImage[];
}

/**
 * Puts the scores of all classes on one scale, using held-out good images of each class: it first fits what is usual in a class, and then the location
 * and the spread of its image scores. A typical good image of any class gets the score 1.
 * @param sums of each class of the set
 * @see docs/method.md, "Score"
 */
export async function calibrate(
  set: TrainingSet,
  sums: readonly ClassSums[],
  trained: TrainedHead,
  options: HeldOutOptions,
): Promise<Calibrated> {
  const images = await heldOutImages(set, sums, trained, options);
  throwIfAborted(options.signal);
  const classes = set.classes.length;
  const judged = set.judged ?? allJudged(classes, options.head.spec.tokens);
  const usual = { ...usualScores(images, classes, judged), judged };
  const ones = float32([classes], new Float32Array(classes).fill(1));
  const raw = await goodScores(images, { ...usual, typical: ones, power: ones }, options.head);
  const calibration = { ...usual, ...commonScale(raw, classes) };
  return { calibration, good: await goodScores(images, calibration, options.head) };
}

/** The common spread counts as this many images in the spread of a class, because classes differ about as much as the spread of so few images is uncertain. */
const prior = 2;

/** For each class, from the logarithms of its scores: its typical score, and the power that makes its spread equal to that of the other classes. */
export function commonScale(images: readonly Pick<GoodImage, "label" | "score">[], classes: number) {
  const moments = Array.from({ length: classes }, (_, label) =>
    momentsOf(images.flatMap((image) => (image.label === label ? [Math.log(image.score)] : []))),
  );
  const several = moments.filter(({ count }) => count > 1);
  const common = several.reduce((sum, { variance }) => sum + variance, 0) / Math.max(1, several.length);
  const scales = moments.map((own) => scaleOf(own, common));
  return {
    typical: float32(
      [classes],
      scales.map(({ typical }) => typical),
    ),
    power: float32(
      [classes],
      scales.map(({ power }) => power),
    ),
  };
}

/** The moments of the logarithms of scores. */
interface LogMoments {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

/** The scale of a class, given the spread that all classes have in common. */
export function scaleOf({ count, mean, variance }: LogMoments, common: number): { readonly typical: number; readonly power: number } {
  const own = count > 1 ? (count * variance + prior * common) / (count + prior) : common;
  return { typical: Math.exp(mean), power: own > 0 && common > 0 ? Math.sqrt(common / own) : 1 };
}

/**
 * The spread that the classes of a model have in common, recovered from the scores of its decision by solving {@link scaleOf} for it. Scores of images
 * that were chosen after the training are ignored.
 * @param power of each class
 */
export function commonSpread(
  classes: readonly { readonly good: readonly number[]; readonly recalibrated?: true | undefined }[],
  power: ArrayLike<number>,
): number {
  const found = classes.flatMap(({ good, recalibrated }, label) => {
    const { count, variance } = momentsOf(good.map(Math.log));
    const left = count + prior - prior * power[label]! ** 2;
    return recalibrated || count < 2 || left < 1e-3 ? [] : [{ count, common: (count * variance) / left }];
  });
  return found.sort((a, b) => b.count - a.count)[0]?.common ?? 0;
}

export function momentsOf(values: readonly number[]): LogMoments {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { count: values.length, mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}
