import { LtadError } from "@ltad/core/browser";
import { below, check, number } from "@ltad/core/check";
import { needBothSides, positiveShare, rankingRule, type Ranking } from "../ranking/ranking.js";

/**
 * The false positive rate at a given true positive rate: the lowest FPR among thresholds with TPR >= `tpr`, without interpolation.
 * @param tpr 0 < tpr <= 1, usually 0.95
 * @returns 0..1
 * @throws LtadError `LTAD_UNDEFINED_METRIC` when one side is missing, `LTAD_CONFIG` for a rate outside its range
 */
export function fprAtTpr(ranking: Ranking, tpr: number): number {
  check("fprAtTpr", { tpr }, { tpr: positiveShare });
  needBothSides(ranking, `FPR at ${100 * tpr} % TPR`);
  return fewestAlarms(ranking, tpr) / ranking.negatives;
}

/** The smallest number of good items at or above a threshold with TPR >= `tpr`. */
function fewestAlarms(ranking: Ranking, tpr: number): number {
  let fewest = -1;
  ranking.walk((_, tp, fp) => {
    if (fewest < 0 && tp / ranking.positives >= tpr) fewest = fp;
  });
  return fewest;
}

/**
 * PGn: the largest share of good images that can be accepted automatically while at most n % of the bad ones are accepted with them.
 * @param percent n, 0 <= n < 100
 * @returns 0..1
 * @throws LtadError `LTAD_UNDEFINED_METRIC` when one side is missing, `LTAD_CONFIG` for a percentage outside its range
 * @see "presorted good" of arXiv 2503.23451; here over all thresholds, without interpolated quantiles
 */
export function presortedGood(ranking: Ranking, percent: number): number {
  check("presortedGood", { percent }, { percent: below(100, 0) });
  needBothSides(ranking, `PG${percent}`);
  return (ranking.negatives - fewestAlarms(ranking, (100 - percent) / 100)) / ranking.negatives;
}

/**
 * PBn: the largest share of bad images that can be rejected automatically while at most n % of the good ones are rejected with them.
 * @param percent n, 0 <= n < 100
 * @returns 0..1
 * @throws LtadError as {@link presortedGood}
 * @see "presorted bad" of arXiv 2503.23451
 */
export function presortedBad(ranking: Ranking, percent: number): number {
  check("presortedBad", { percent }, { percent: below(100, 0) });
  needBothSides(ranking, `PB${percent}`);
  let most = 0;
  ranking.walk((_, tp, fp) => {
    if (fp / ranking.negatives <= percent / 100) most = tp;
  });
  return most / ranking.positives;
}

/** The counts of all four outcomes, where `score >= threshold` predicts an anomaly. */
export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/**
 * The confusion matrix of images at a threshold.
 * @param threshold finite; it need not be one of the scores
 * @throws LtadError `LTAD_CONFIG` for a threshold that is not finite, or for a ranking of pixels, which does not keep the scores of good pixels
 */
export function confusionAt(ranking: Ranking, threshold: number): Confusion {
  check("confusionAt", { ranking, threshold }, { ranking: rankingRule, threshold: number() });
  const { positives, negatives, unit } = ranking;
  if (unit === "pixels") throw new LtadError("LTAD_CONFIG", "confusionAt: expected a ranking of images, received one of pixels.");
  let [truePositives, falsePositives] = [0, 0];
  ranking.walk((at, tp, fp) => {
    if (at >= threshold) [truePositives, falsePositives] = [tp, fp];
  });
  return { truePositives, falsePositives, trueNegatives: negatives - falsePositives, falseNegatives: positives - truePositives };
}

/**
 * The accuracy at a threshold: the share of images on the right side of it.
 * @returns 0..1
 * @throws LtadError `LTAD_UNDEFINED_METRIC` when one side is missing, `LTAD_CONFIG` as {@link confusionAt}
 */
export function accuracyAt(ranking: Ranking, threshold: number): number {
  needBothSides(ranking, "accuracy");
  const { truePositives, trueNegatives } = confusionAt(ranking, threshold);
  return (truePositives + trueNegatives) / (ranking.positives + ranking.negatives);
}
