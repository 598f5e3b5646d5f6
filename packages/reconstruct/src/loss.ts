import * as tf from "@tensorflow/tfjs";

// Shapes: B images, T tokens, D channels, G groups of channels.

/**
 * mean((Pi(p_a) - p_n)^2) over everything (method.md, "Phase 2").
 * @param output Pi(p_a) [B, T, D]
 * @param target p_n [B, T, D], the clean tokens
 * @returns scalar >= 0
 */
export function reconstructionLoss(output: tf.Tensor3D, target: tf.Tensor3D): tf.Scalar {
  return output.sub(target).square().mean();
}

/**
 * S_rec(p) = ||Pi(p) - p||^2, the sum over channels (P).
 * @param output [B, T, D]
 * @param tokens [B, T, D]
 * @returns [B, T], >= 0
 */
export function squaredError(output: tf.Tensor3D, tokens: tf.Tensor3D): tf.Tensor2D {
  return output.sub(tokens).square().sum(-1);
}

/**
 * e_g: the mean of (Pi(x) - x)^2 over the channels of each group (method.md, "Recommended settings" 7).
 * @param output [B, T, D]
 * @param tokens [B, T, D], groups one after the other
 * @param sizes channels of each group, D in all
 * @returns G tensors [B, T], >= 0
 */
export function groupErrors(output: tf.Tensor3D, tokens: tf.Tensor3D, sizes: readonly number[]): tf.Tensor2D[] {
  const errors = output.sub(tokens).square(); // [B, T, D]
  return tf.split(errors, [...sizes], 2).map((group) => group.mean<tf.Tensor2D>(-1));
}
