import { check, tensor } from "@ltad/core/check";
import type * as tf from "@tensorflow/tfjs";

/**
 * SiLU, x sigmoid(x), also known as swish. @param x of any shape
 * @see Elfwing, Uchibe and Doya 2017
 */
export function silu<R extends tf.Rank>(x: tf.Tensor<R>): tf.Tensor<R> {
  check("silu", { x }, { x: tensor() });
  return x.mul(x.sigmoid());
}
