import type { Prediction } from "@ltad/detector";
import type { VerdictFields } from "./verdict-line.js";

/** A verdict under the names that programs read. */
export function verdictFields({ verdict, nearestClass }: Pick<Prediction, "verdict" | "nearestClass">): VerdictFields {
  if (!verdict) return { verdict: null, limit: null, p_value: null, basis: null, unlike_class: null, nearest_class: null };
  const { isAnomalous, limit, pValue, basis, isUnlike } = verdict;
  return {
    verdict: isAnomalous ? "NOT OK" : "OK",
    limit,
    p_value: pValue,
    basis,
    unlike_class: isUnlike,
    nearest_class: nearestClass ?? null,
  };
}
