import { LtadError } from "@ltad/core";
import { countWins } from "./count-wins.js";
import { missingSide, undefinedMetric } from "./undefined-metric.js";

/**
 * Area under the ROC curve: the share of pairs (anomaly, good) in which the anomaly has the higher score, ties counted one half (mid-ranks).
 * Exact; never flipped.
 * @param scores [n] higher means more anomalous; finite, any range
 * @param isAnomaly [n] 1 or true for an anomaly, 0 or false for good
 * @param names [n] what messages call the samples; their index otherwise
 * @returns 0..1
 * @throws LtadError `LTAD_UNDEFINED_METRIC` when one side is missing, `LTAD_DATA` for a score that is not finite or a label that is neither,
 *   `LTAD_SHAPE` when the lengths differ
 */
export function auroc(scores: ArrayLike<number>, isAnomaly: ArrayLike<number | boolean>, names?: ArrayLike<string>): number {
  if (scores.length !== isAnomaly.length) {
    throw new LtadError(
      "LTAD_SHAPE",
      `auroc: expected one label a score, received ${scores.length} scores and ${isAnomaly.length} labels.`,
    );
  }
  const sides = { positives: [] as number[], negatives: [] as number[] };
  for (let i = 0; i < scores.length; i++) {
    const at = () => names?.[i] ?? `sample ${i}`;
    const score = finite(scores[i] as number, at);
    (isAnomalous(isAnomaly[i], at) ? sides.positives : sides.negatives).push(score);
  }
  const reason = missingSide(sides.positives.length, sides.negatives.length, "samples");
  if (reason !== null) throw undefinedMetric("auroc", reason);
  const wins = countWins(Float64Array.from(sides.positives).sort(), Float64Array.from(sides.negatives).sort());
  return wins / 2 / sides.positives.length / sides.negatives.length;
}

function finite(score: number, at: () => string): number {
  if (Number.isFinite(score)) return score;
  throw new LtadError("LTAD_DATA", `auroc: the score of ${at()} is ${score}; scores must be finite numbers.`, {
    details: { sample: at() },
  });
}

function isAnomalous(label: number | boolean | undefined, at: () => string): boolean {
  if (label === true || label === 1) return true;
  if (label === false || label === 0) return false;
  throw new LtadError("LTAD_DATA", `auroc: the label of ${at()} is ${label}; expected 0 (good) or 1 (anomaly).`, {
    details: { sample: at() },
  });
}
