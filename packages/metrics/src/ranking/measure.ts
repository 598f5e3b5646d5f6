import { isLtadError } from "@ltad/core/browser";
import { check, func } from "@ltad/core/check";

/** A number, or null with the reason why there is none. A mean over fewer classes than requested has both. */
export interface Measure {
  readonly value: number | null;
  readonly reason?: string;
}

/**
 * Turns "undefined" into null with its reason; every other error goes on.
 * @example measure(() => auroc(rank(scores, labels)))
 */
export function measure(compute: () => number): Measure {
  check("measure", { compute }, { compute: func });
  try {
    return { value: compute() };
  } catch (error) {
    if (!isLtadError(error) || error.code !== "LTAD_UNDEFINED_METRIC") throw error;
    return { value: null, reason: error.message };
  }
}
