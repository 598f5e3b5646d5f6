import { check, number, tensor } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";
import { uniformFrom } from "./uniform-from.js";

/**
 * Sets a share of the elements to 0 and scales the others, so that the mean stays. The seed is an input of the step: another one each step, the same one for the same
 * result. Leave the layer out for inference.
 * @param rate share that becomes 0, from 0 to below 1
 * @param seed int32 scalar; see {@link uniformFrom}
 * @param stream of this layer; layers with the same one drop the same places
 * @see Srivastava et al. 2014
 */
export function dropout<R extends tf.Rank>(x: tf.Tensor<R>, rate: number, seed: tf.Tensor, stream = 0): tf.Tensor<R> {
  check("dropout", { x, rate, seed }, { x: tensor(), rate: number(0, 0.999999), seed: tensor(0) });
  if (rate === 0) return x;
  const kept = tf.greaterEqual(uniformFrom<R>(x.shape, seed, stream), rate).toFloat();
  return x.mul(kept.mul(1 / (1 - rate)));
}
