import { check, fields, number, tensor } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";

/** How a division by zero is avoided for a vector of zeros: by a term under the root, or by a lower bound of the squared length. */
export type LengthGuard = { readonly add: number } | { readonly atLeast: number };

/**
 * Scales vectors along the last axis to length 1: x / sqrt(|x|^2 + add), or x / sqrt(max(|x|^2, atLeast)). A vector of zeros stays zero.
 * Published encoders were trained with the second form (TensorFlow's `l2_normalize` at 1e-12); the two differ in the last digit.
 * @param x [..., D]
 * @returns [..., D]
 */
export function unitLength<R extends tf.Rank>(x: tf.Tensor<R>, guard: LengthGuard = { add: 1e-20 }): tf.Tensor<R> {
  check("unitLength", { x, guard }, { x: tensor(), guard: fields("add" in Object(guard) ? { add: number(0) } : { atLeast: number(0) }) });
  const squared = x.square().sum(-1, true); // [..., 1]
  if ("add" in guard) return x.div(squared.add(guard.add).sqrt());
  return x.mul(tf.rsqrt(tf.maximum(squared, guard.atLeast)));
}
