import { isLtadError } from "@ltad/core/browser";
import { check, func, refuse, type Rule } from "@ltad/core/check";

/** A number, or null with the reason why there is none. A mean that leaves classes out has both a value and a reason. */
export interface Measure {
  readonly value: number | null;
  readonly reason?: string;
}

/** Accepts a {@link Measure}, and refuses a plain number. */
export const measureRule: Rule = (value, path) => {
  if (typeof value !== "object" || value === null) throw refuse(path, "a measure { value }", value);
  const { value: found } = value as { value?: unknown };
  if (found !== null && !Number.isFinite(found)) throw refuse(`${path}.value`, "a number or null", found);
};

/**
 * Turns the error `LTAD_UNDEFINED_METRIC` into null with its reason. Every other error is thrown on.
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
