import { LtadError } from "@ltad/core/browser";
import { arrayLike, check, optional } from "@ltad/core/check";
import type { Ranking } from "./ranking.js";
import { sortFloat64 } from "./sort-float64.js";

/**
 * Sorts image scores once, for every metric. Scores are compared as float64; `-0` equals `0`.
 * @param scores [n] higher means more anomalous; finite, any range
 * @param isAnomaly [n] 1 or true for an anomaly, 0 or false for good
 * @param names [n] what messages call the images; their index otherwise
 * @throws LtadError `LTAD_DATA` for a score that is not finite or a label that is neither, `LTAD_SHAPE` when the lengths differ
 */
export function rank(scores: ArrayLike<number>, isAnomaly: ArrayLike<number | boolean>, names?: ArrayLike<string>): Ranking {
  check("rank", { scores, isAnomaly, names }, { scores: arrayLike, isAnomaly: arrayLike, names: optional(arrayLike) });
  if (names && names.length !== scores.length)
    throw new LtadError("LTAD_SHAPE", `names: expected one for each of ${scores.length} scores, received ${names.length}.`);
  if (scores.length !== isAnomaly.length) {
    throw new LtadError(
      "LTAD_SHAPE",
      `scores: expected one label for each score, received ${scores.length} scores and ${isAnomaly.length} labels.`,
    );
  }
  const sides = new Float64Array(scores.length + 1); // each score is written to both sides, and only the index of its own side advances
  let p = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    const label = isAnomaly[i] as number;
    if (!Number.isFinite(score)) throw badScore(scores, names, i);
    if (label !== 0 && label !== 1 && typeof label !== "boolean") throw badLabel(isAnomaly, names, i);
    sides[scores.length - p] = score + 0; // anomalies fill the array from its end; -0 becomes 0
    sides[i - p] = score + 0;
    p += label; // true counts as 1
  }
  const negatives = scores.length - p;
  return rankingOf(sortFloat64(sides.subarray(negatives + 1)), sortFloat64(sides.subarray(0, negatives)));
}

/** A ranking of two ascending lists, in which each distinct score is a threshold. */
function rankingOf(positives: Float64Array, negatives: Float64Array): Ranking {
  return {
    unit: "images",
    positives: positives.length,
    negatives: negatives.length,
    regions: 0,
    walk(visit) {
      let p = positives.length; // how many are still below the threshold
      let n = negatives.length;
      while (p > 0 || n > 0) {
        const anomaly = p > 0 ? positives[p - 1]! : -Infinity;
        const good = n > 0 ? negatives[n - 1]! : -Infinity;
        const threshold = Math.max(anomaly, good);
        while (p > 0 && positives[p - 1] === threshold) p--;
        while (n > 0 && negatives[n - 1] === threshold) n--;
        visit(threshold, positives.length - p, negatives.length - n, 0);
      }
    },
  };
}

function badScore(scores: ArrayLike<number>, names: ArrayLike<string> | undefined, i: number): LtadError {
  const image = names?.[i] ?? `image ${i}`;
  return new LtadError("LTAD_DATA", `${image}: its score is ${String(scores[i])}; scores must be finite numbers.`, { details: { image } });
}

function badLabel(isAnomaly: ArrayLike<number | boolean>, names: ArrayLike<string> | undefined, i: number): LtadError {
  const image = names?.[i] ?? `image ${i}`;
  return new LtadError("LTAD_DATA", `${image}: its label is ${String(isAnomaly[i])}; expected 0 (good) or 1 (anomaly).`, {
    details: { image },
  });
}
