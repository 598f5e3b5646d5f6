import { check, having } from "@ltad/core/check";
import { missingSide, undefinedMetric } from "./undefined-metric.js";

/**
 * What one threshold finds. Prediction is `score >= threshold`.
 * @param truePositives anomalies at or above the threshold
 * @param falsePositives good ones at or above it
 * @param overlap sum over all regions of the share of the region at or above it; 0 for images
 */
export type Visit = (threshold: number, truePositives: number, falsePositives: number, overlap: number) => void;

/** Sorted scores with their labels: everything that a ranking metric needs. Equal scores always change sides together. */
export interface Ranking {
  readonly unit: "images" | "pixels";
  readonly positives: number;
  readonly negatives: number;
  /** Connected defect regions; 0 for images. */
  readonly regions: number;
  /** From the highest threshold to the lowest, which has everything above it. Every threshold at which the anomalies found change is visited. */
  walk(visit: Visit): void;
}

/** A ranking, not the scores that it is made of. */
export const rankingRule = having("a ranking, as rank() or an accumulator gives it", "walk", "unit", "positives", "negatives");

/** @throws LtadError `LTAD_UNDEFINED_METRIC` when one side is missing */
export function needBothSides(ranking: Ranking, metric: string): void {
  check(metric, { ranking }, { ranking: rankingRule });
  const { positives, negatives, unit } = ranking;
  const reason = missingSide(positives, negatives, unit);
  if (reason !== null) throw undefinedMetric(metric, reason, "it needs both good and anomalous ones");
}

/** @throws LtadError `LTAD_UNDEFINED_METRIC` without any anomaly */
export function needAnomalies(ranking: Ranking, metric: string): void {
  check(metric, { ranking }, { ranking: rankingRule });
  const { positives, negatives, unit } = ranking;
  if (positives === 0) throw undefinedMetric(metric, missingSide(0, negatives, unit) ?? "", "it needs anomalous ones");
}

/** @throws LtadError `LTAD_UNDEFINED_METRIC` without a defect region or a good pixel */
export function needRegions(ranking: Ranking, metric: string): void {
  needBothSides(ranking, metric);
  if (ranking.regions === 0)
    throw undefinedMetric(metric, `there are no regions among ${ranking.positives} anomalous ${ranking.unit}`, "it needs masks");
}
