import { float32, type NdArray } from "@ltad/core";
import type * as tf from "@tensorflow/tfjs";

// Shapes: B images, T tokens of an image, E width of the text vectors.

/** One learned scale of the logits, as its logarithm, []. */
export type PosteriorParams<T = tf.Tensor> = { readonly log_scale: T };

/** Scale 1. */
export function initPosterior(): PosteriorParams<NdArray> {
  return { log_scale: float32([]) };
}

/**
 * The paper's logit: the softmax over {s p_hat . t_n, s p_hat . t_a} is the sigmoid of s p_hat . (t_a - t_n), s = exp(log_scale) (scale: O).
 * @param projected p_hat [B, T, E], not normalised
 * @param normal t_n, [B, E], unit length
 * @param abnormal t_a, [B, E], unit length
 * @returns [B, T]
 */
export function posteriorLogit(p: PosteriorParams, projected: tf.Tensor3D, normal: tf.Tensor2D, abnormal: tf.Tensor2D): tf.Tensor2D {
  const difference = abnormal.sub(normal).expandDims(1); // [B, 1, E]
  return projected.mul(difference).sum<tf.Tensor2D>(-1).mul(p.log_scale.exp());
}
