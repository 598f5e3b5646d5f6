import { float32, type NdArray, scalar } from "@ltad/core";
import { check, having, tensor } from "@ltad/core/check";
import { unitLength } from "@ltad/jit/nn";
import type * as tf from "@tensorflow/tfjs";

// Shapes: B images, T tokens of an image, E width of the text vectors. Scalars have the shape [].

/** The learned logarithm of the scale of the logits, []. */
export type PosteriorParams<T = tf.Tensor> = { readonly log_scale: T };

/** The learned slope a and offset b of the logit, [] each. */
export type DirectionParams<T = tf.Tensor> = { readonly scale: T; readonly bias: T };

/** Initialises the scale to 1. */
export function initPosterior(): PosteriorParams<NdArray> {
  return { log_scale: float32([]) };
}

/** Initialises a to 1 and b to 0. */
export function initDirection(): DirectionParams<NdArray> {
  return { scale: scalar(1), bias: float32([]) };
}

const texts = { projected: tensor(3), normal: tensor(2), abnormal: tensor(2) };

/**
 * The logit of the paper. A softmax over {s p_hat . t_n, s p_hat . t_a} is the sigmoid of s p_hat . (t_a - t_n), with s = exp(log_scale). The scale
 * s is our addition (docs/method.md).
 * @param projected p_hat [B, T, E], of any length
 * @param normal t_n, [B, E], unit length
 * @param abnormal t_a, [B, E], unit length
 * @returns [B, T]
 */
export function posteriorLogit(p: PosteriorParams, projected: tf.Tensor3D, normal: tf.Tensor2D, abnormal: tf.Tensor2D): tf.Tensor2D {
  check("posteriorLogit", { p, projected, normal, abnormal }, { p: having("parameters with log_scale", "log_scale"), ...texts });
  const difference = abnormal.sub(normal).expandDims(1); // [B, 1, E]
  return projected.mul(difference).sum<tf.Tensor2D>(-1).mul(p.log_scale.exp()); // [B, T]
}

/**
 * The recommended logit, a p_hat . (t_a - t_n) / ||t_a - t_n|| + b (docs/method.md, "Recommended settings" 7).
 * Unlike the paper's, it does not shrink when the two prompts are close together.
 * @param projected p_hat [B, T, E]
 * @param normal t_n, [B, E]
 * @param abnormal t_a, [B, E]; if it equals t_n, the logit is b
 * @returns [B, T]
 */
export function directionLogit(p: DirectionParams, projected: tf.Tensor3D, normal: tf.Tensor2D, abnormal: tf.Tensor2D): tf.Tensor2D {
  check("directionLogit", { p, projected, normal, abnormal }, { p: having("parameters with scale", "scale"), ...texts });
  const direction = unitLength<tf.Rank.R2>(abnormal.sub(normal)).expandDims(1); // [B, 1, E]
  return projected.mul(direction).sum<tf.Tensor2D>(-1).mul(p.scale).add(p.bias); // [B, T]
}
