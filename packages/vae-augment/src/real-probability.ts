import { LtadError } from "@ltad/core";
import { anything, check, fields, listOf, optional } from "@ltad/core/check";

/** The constants of {@link realProbability}. */
export interface MixingOptions {
  /** the lowest probability of real features, 0 to 1; 0.5 by default */
  readonly pMin?: number;
  /** how fast the share of synthetic features grows as classes get smaller, 0 or more; 0.5 by default */
  readonly gamma?: number;
}

/**
 * The probability p_c = max(p_min, (n_c / n_max)^gamma) that a training image of class c keeps its real features; otherwise synthetic features
 * replace them. The formula is our own choice, as docs/method.md explains.
 * @param counts n_c, the number of training images of each class
 * @returns a probability for each class; that of the largest class is 1
 * @throws LtadError `LTAD_DATA` when a class has no image, `LTAD_CONFIG` when p_min or gamma is out of range
 */
export function realProbability(counts: readonly number[], options: MixingOptions = {}): number[] {
  const rules = { pMin: optional(anything), gamma: optional(anything) };
  check("realProbability", { counts, options }, { counts: listOf(anything), options: fields(rules) });
  const { pMin = 0.5, gamma = 0.5 } = options;
  const empty = counts.findIndex((n) => !(n >= 1));
  if (empty >= 0) throw emptyClassError(empty, counts[empty]!);
  if (!(pMin >= 0 && pMin <= 1) || !(gamma >= 0)) throw mixingError(pMin, gamma);
  const most = Math.max(...counts);
  return counts.map((n) => Math.max(pMin, (n / most) ** gamma));
}

function emptyClassError(index: number, count: number): LtadError {
  const message = `class ${index}: expected 1 or more training images, received ${count}. Add images or remove the class.`;
  return new LtadError("LTAD_DATA", message);
}

function mixingError(pMin: number, gamma: number): LtadError {
  const message = `vae-augment mixing: expected pMin from 0 to 1 and gamma >= 0, received ${pMin} and ${gamma}.`;
  return new LtadError("LTAD_CONFIG", message, { details: { pMin, gamma } });
}
