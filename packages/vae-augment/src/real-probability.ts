import { LtadError } from "@ltad/core";
import { anything, check, fields, listOf, optional } from "@ltad/core/check";

/** Constants of {@link realProbability}. */
export interface MixingOptions {
  /** never less real than this, 0 to 1; 0.5 */
  readonly pMin?: number;
  /** how fast small classes get more synthetic features; 0.5 */
  readonly gamma?: number;
}

/**
 * p_c = max(p_min, (n_c / n_max)^gamma): the probability that a training image of class c keeps its real features; otherwise f_syn replaces them (O).
 * @param counts n_c, training images of each class
 * @returns one probability for each class; 1 for the largest
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
