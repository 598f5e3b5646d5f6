import { needBothSides, type Ranking } from "../ranking/ranking.js";

/**
 * Area under the ROC curve: the share of pairs (anomaly, good) in which the anomaly has the higher score; ties count one half.
 * Pairs are counted in whole numbers, which is exact below 2^53 half pairs. Values below 0.5 are returned as they are.
 * @returns 0..1
 * @throws LtadError `LTAD_UNDEFINED_METRIC` when one side is missing
 * @see Mann & Whitney 1947; scikit-learn's `roc_auc_score`
 */
export function auroc(ranking: Ranking): number {
  needBothSides(ranking, "auroc");
  const before = { tp: 0, fp: 0 };
  const twice = new Float64Array(1); // a captured number would be allocated anew at each threshold
  ranking.walk((_, tp, fp) => {
    twice[0] = twice[0]! + (before.tp + tp) * (fp - before.fp);
    before.tp = tp;
    before.fp = fp;
  });
  return twice[0]! / 2 / ranking.positives / ranking.negatives;
}
