import { LtadError } from "@ltad/core/browser";
import { arrayLike, check, fields, optional } from "@ltad/core/check";

/** Scores of two models on the same images, in the same order. */
export interface PairedScores {
  /** [n] scores of model A, higher for more anomalous */
  readonly a: ArrayLike<number>;
  /** [n] scores of model B */
  readonly b: ArrayLike<number>;
  /** [n] 1 or true for an anomaly */
  readonly isAnomaly: ArrayLike<number | boolean>;
  /** [n] what messages call the images */
  readonly names?: ArrayLike<string>;
}

/** The indices of the good and of the defective images. @throws LtadError `LTAD_SHAPE` when the lengths differ */
export function sidesOf(paired: PairedScores): { good: number[]; defective: number[] } {
  check("compare", { paired }, { paired: fields({ a: arrayLike, b: arrayLike, isAnomaly: arrayLike, names: optional(arrayLike) }) });
  const { a, b, isAnomaly } = paired;
  if (a.length !== b.length || a.length !== isAnomaly.length) {
    const message = `compare: expected the same images for both, received ${a.length} and ${b.length} scores and ${isAnomaly.length} labels.`;
    throw new LtadError("LTAD_SHAPE", message);
  }
  const sides = { good: [] as number[], defective: [] as number[] };
  for (let i = 0; i < a.length; i++) (isAnomaly[i] ? sides.defective : sides.good).push(i);
  return sides;
}
