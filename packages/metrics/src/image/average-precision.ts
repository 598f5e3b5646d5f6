import { needAnomalies, type Ranking } from "../ranking/ranking.js";

/**
 * Average precision: sum over thresholds of (R_n - R_(n-1)) P_n. No interpolation and no trapezoids, which flatter.
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
