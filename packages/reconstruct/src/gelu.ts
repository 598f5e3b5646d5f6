import type * as tf from "@tensorflow/tfjs";

/** x/2 (1 + erf(x / sqrt 2)), the exact form (Hendrycks and Gimpel 2016). */
export function gelu<R extends tf.Rank>(x: tf.Tensor<R>): tf.Tensor<R> {
  return x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));
}
