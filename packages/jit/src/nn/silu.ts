import { check, tensor } from "@ltad/core/check";
import type * as tf from "@tensorflow/tfjs";

/**
 * x sigmoid(x), also known as swish.
 * @see Elfwing, Uchibe and Doya 2017
 */
export function silu<R extends tf.Rank>(x: tf.Tensor<R>): tf.Tensor<R> {
  check("silu", { x }, { x: tensor() });
  return x.mul(x.sigmoid());
}
