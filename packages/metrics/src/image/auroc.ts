import { needBothSides, type Ranking } from "../ranking/ranking.js";

/**
 * Area under the ROC curve: the share of pairs (anomaly, good) in which the anomaly has the higher score, ties counted one half (mid-ranks).
 * Counted in whole numbers (exact below 2^53 half pairs); never flipped.
 * @returns 0..1
 * @throws LtadError `LTAD_UNDEFINED_METRIC` when one side is missing
 * @see Mann & Whitney 1947; scikit-learn's `roc_auc_score`
 */
export function auroc(ranking: Ranking): number {
  needBothSides(ranking, "auroc");
  let [twice, tp, fp] = [0, 0, 0];
  ranking.walk((_, nextTp, nextFp) => {
    twice += (tp + nextTp) * (nextFp - fp);
    tp = nextTp;
    fp = nextFp;
  });
  return twice / 2 / ranking.positives / ranking.negatives;
}
