import { LtadError } from "@ltad/core";

/** The error of a ranking metric that lacks one of its two sides. */
export function undefinedMetric(metric: string, reason: string): LtadError {
  return new LtadError("LTAD_UNDEFINED_METRIC", `${metric}: ${reason}; it needs both good and anomalous samples.`, {
    details: { metric, reason },
  });
}

/** Says which side is missing, or null when both are there. */
export function missingSide(positives: number, negatives: number, unit: string): string | null {
  if (positives === 0 && negatives === 0) return `there are no ${unit}`;
  if (positives === 0) return `none of the ${negatives} ${unit} is anomalous`;
  if (negatives === 0) return `all ${positives} ${unit} are anomalous`;
  return null;
}
