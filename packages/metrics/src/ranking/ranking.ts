import { check, having, refuse, type Rule } from "@ltad/core/check";
import { missingSide, undefinedMetric } from "./undefined-metric.js";

/**
 * Receives what one threshold finds; `score >= threshold` predicts an anomaly.
 * @param truePositives how many anomalies are at or above the threshold
 * @param falsePositives how many good images or pixels are at or above it
 * @param overlap the sum over all regions of the share of the region at or above it; 0 for images
 */
export type Visit = (threshold: number, truePositives: number, falsePositives: number, overlap: number) => void;

/** Sorted scores with their labels, which is everything that a ranking metric needs. Equal scores always cross the threshold together. */
export interface Ranking {
  readonly unit: "images" | "pixels";
  /** How many anomalies there are. */
  readonly positives: number;
  /** How many good images or pixels there are. */
  readonly negatives: number;
  /** How many connected defect regions there are; 0 for images. */
  readonly regions: number;
  /**
   * Visits thresholds from the highest to the lowest, at which everything is found. No threshold at which the number of true positives
   * changes is skipped.
   */
  walk(visit: Visit): void;
}

/** Accepts a ranking, and refuses plain scores. */
export const rankingRule = having("a ranking, as rank() or an accumulator gives it", "walk", "unit", "positives", "negatives");

/** A number above 0 and at most 1. */
export const positiveShare: Rule = (value, path) => {
  if (typeof value !== "number" || !(value > 0 && value <= 1)) throw refuse(path, "a number above 0 and at most 1", value);
};

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
