import { needAnomalies, type Ranking } from "../ranking/ranking.js";

/**
 * Average precision: the sum over thresholds of (R_n - R_(n-1)) P_n, with precision P and recall R. It uses neither interpolation nor
 * trapezoids, which give values that are too high.
 * @returns 0..1; with no good image at all it is 1
 * @throws LtadError `LTAD_UNDEFINED_METRIC` without any anomaly
 * @see scikit-learn's `average_precision_score`
 */
export function averagePrecision(ranking: Ranking): number {
  needAnomalies(ranking, "average precision");
  let [sum, found] = [0, 0];
  ranking.walk((_, tp, fp) => {
    if (tp > found) sum += (tp - found) * (tp / (tp + fp));
    found = tp;
  });
  return sum / ranking.positives;
}
