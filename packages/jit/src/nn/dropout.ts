import { check, number, tensor } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";
import { uniformFrom } from "./uniform-from.js";

/**
 * Dropout: sets a share of the elements to 0 and scales the others by 1 / (1 - rate), so that the mean stays the same. The seed is an input of the step;
 * the same seed drops the same elements. Omit the layer for inference.
 * @param x of any shape
 * @param rate the share that becomes 0, from 0 to below 1
 * @param seed int32 scalar; see {@link uniformFrom}
 * @param stream the number of this layer; layers with the same number and shape drop the same elements
 * @see Srivastava et al. 2014
 */
export function dropout<R extends tf.Rank>(x: tf.Tensor<R>, rate: number, seed: tf.Tensor, stream = 0): tf.Tensor<R> {
  check("dropout", { x, rate, seed }, { x: tensor(), rate: number(0, 0.999999), seed: tensor(0) });
  if (rate === 0) return x;
  const kept = tf.greaterEqual(uniformFrom<R>(x.shape, seed, stream), rate).toFloat();
  return x.mul(kept.mul(1 / (1 - rate)));
}
