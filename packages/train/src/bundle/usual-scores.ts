import { type FloatArray, float32 } from "@ltad/core";
import type { HeadArrays } from "../head/head-graph.js";
import { rowOfJudged } from "../run/judged-store.js";
import type { HeldOutImage } from "./held-out.js";

// Shapes: K classes, N tokens.

/** What is usual in each class, before the scores of all classes are put on one scale. */
export type Usual = Pick<HeadArrays["calibration"], "error" | "logitMean" | "logitDeviation">;

/**
 * Computes what is usual on held-out good images of each class: the mean error, and the mean and the deviation of the logit.
 * @param images of all classes, in any order
 * @param judged [K, N], 1 for positions that count; all by default
 * @see docs/method.md, "Score"
 */
export function usualScores(images: readonly HeldOutImage[], classes: number, judged?: FloatArray): Usual {
  const sums = Array.from({ length: classes }, () => new ScoreSums());
  for (const { label, errors, logits } of images) {
    const isJudged = judged && rowOfJudged(judged, label);
    const of = (values: Float32Array) => (isJudged ? values.filter((_, place) => isJudged[place] === 1) : values);
    sums[label]!.add(of(errors), of(logits));
  }
  return usualOf(sums);
}

/** Sums over the images of one class, in double precision. */
class ScoreSums {
  patches = 0;
  error = 0;
  logit = 0;
  logitSquare = 0;

  /** @param errors [N] @param logits [N] */
  add(errors: Float32Array, logits: Float32Array): void {
    this.patches += errors.length;
    for (const error of errors) this.error += error;
    for (const logit of logits) {
      this.logit += logit;
      this.logitSquare += logit * logit;
    }
  }
}

const least = 1e-6; // keeps a division by these values finite

function usualOf(sums: readonly ScoreSums[]): Usual {
  const perClass = (of: (sum: ScoreSums) => number) => float32([sums.length], sums.map(of));
  const mean = (sum: ScoreSums) => sum.logit / sum.patches;
  return {
    error: perClass(({ error, patches }) => Math.max(least, error / patches)),
    logitMean: perClass(mean),
    logitDeviation: perClass((sum) => Math.max(least, Math.sqrt(Math.max(0, sum.logitSquare / sum.patches - mean(sum) ** 2)))),
  };
}
