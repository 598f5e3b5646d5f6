import { LtadError } from "@ltad/core/browser";

/** The error of a metric that does not exist for this input. */
export function undefinedMetric(metric: string, reason: string, needs: string): LtadError {
  return new LtadError("LTAD_UNDEFINED_METRIC", `${metric}: ${reason}; ${needs}.`, { details: { metric, reason } });
}

/** Says which side is missing, or null when both are there. */
export function missingSide(positives: number, negatives: number, unit: string): string | null {
  if (positives === 0 && negatives === 0) return `there are no ${unit}`;
  if (positives === 0) return `none of the ${negatives} ${unit} is anomalous`;
  if (negatives === 0) return `all ${positives} ${unit} are anomalous`;
  return null;
}
