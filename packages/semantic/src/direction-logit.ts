import { float32, type NdArray } from "@ltad/core";
import type * as tf from "@tensorflow/tfjs";

// Shapes: B images, T tokens of an image, E width of the text vectors.

/** Slope a and offset b of the logit, [] each. */
export type DirectionParams<T = tf.Tensor> = { readonly scale: T; readonly bias: T };

/** a = 1, b = 0. */
export function initDirection(): DirectionParams<NdArray> {
  return { scale: float32([], [1]), bias: float32([]) };
}

/**
 * The recommended logit: a p_hat . (t_a - t_n) / ||t_a - t_n|| + b (method.md, "Recommended settings" 5). It does not shrink when the two prompts lie close together.
 * @param projected p_hat [B, T, E]
 * @param normal t_n, [B, E]
 * @param abnormal t_a, [B, E]; equal to t_n, the logit is b everywhere
 * @returns [B, T]
 */
export function directionLogit(p: DirectionParams, projected: tf.Tensor3D, normal: tf.Tensor2D, abnormal: tf.Tensor2D): tf.Tensor2D {
  const difference = abnormal.sub(normal); // [B, E]
  const length = difference.square().sum(-1, true).add(1e-20).sqrt(); // [B, 1]
  const direction = difference.div(length).expandDims(1); // [B, 1, E]
  return projected.mul(direction).sum<tf.Tensor2D>(-1).mul(p.scale).add(p.bias);
}
