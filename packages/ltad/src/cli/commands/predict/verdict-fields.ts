import type { Prediction } from "@ltad/detector";
import type { JudgedFields, VerdictFields } from "./verdict-line.js";

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

/** What is said about an image, under the names that programs read. */
export function judgedFields(file: string, prediction: Prediction): JudgedFields {
  const { score, class: found, classGiven, distance } = prediction;
  return { file, ...verdictFields(prediction), score, class: found, class_given: classGiven, distance: distance ?? null };
}
