import { needAnomalies, needBothSides, type Ranking } from "../ranking/ranking.js";

/** Points from the highest threshold to the lowest. The first is at Infinity, above which there is no score; rates are 0..1. */
export interface RocCurve {
  readonly thresholds: Float64Array;
  readonly fpr: Float64Array;
  readonly tpr: Float64Array;
}

/** Points from the highest threshold to the lowest. The first is at Infinity, with precision 1 and recall 0. */
export interface PrecisionRecallCurve {
  readonly thresholds: Float64Array;
  readonly precision: Float64Array;
  readonly recall: Float64Array;
}

/**
 * ROC curve with one point for each distinct score. The curve of pixels omits the points in the middle of a horizontal line.
 * @throws LtadError `LTAD_UNDEFINED_METRIC` when one side is missing
 */
export function rocCurve(ranking: Ranking): RocCurve {
  needBothSides(ranking, "ROC curve");
  const [thresholds, fpr, tpr] = [[Infinity], [0], [0]];
  ranking.walk((threshold, tp, fp) => {
    thresholds.push(threshold);
    tpr.push(tp / ranking.positives);
    fpr.push(fp / ranking.negatives);
  });
  return { thresholds: Float64Array.from(thresholds), fpr: Float64Array.from(fpr), tpr: Float64Array.from(tpr) };
}

/**
 * Precision-recall curve with one point for each distinct score. The curve of pixels has points at each distinct score of a defect pixel, and
 * just above it.
 * @throws LtadError `LTAD_UNDEFINED_METRIC` without any anomaly
 */
export function precisionRecallCurve(ranking: Ranking): PrecisionRecallCurve {
  needAnomalies(ranking, "precision-recall curve");
  const [thresholds, precision, recall] = [[Infinity], [1], [0]];
  ranking.walk((threshold, tp, fp) => {
    thresholds.push(threshold);
    precision.push(tp / (tp + fp));
    recall.push(tp / ranking.positives);
  });
  return { thresholds: Float64Array.from(thresholds), precision: Float64Array.from(precision), recall: Float64Array.from(recall) };
}
