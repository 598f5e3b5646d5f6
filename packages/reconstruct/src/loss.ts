import { check, tensor } from "@ltad/core/check";
import type * as tf from "@tensorflow/tfjs";

// Shapes: B images, T tokens, D channels.
// (P) marks what the paper says, and (O) our own choice; docs/method.md goes through both.

/**
 * The loss of the reconstruction Pi: the mean of (Pi(p_a) - p_n)^2 over images, tokens and channels (docs/method.md, "Phase 2").
 * @param output Pi(p_a), the reconstruction of disturbed tokens, [B, T, D]
 * @param target p_n, the clean tokens, [B, T, D]
 * @returns scalar >= 0
 */
export function reconstructionLoss(output: tf.Tensor3D, target: tf.Tensor3D): tf.Scalar {
  check("reconstructionLoss", { output, target }, { output: tensor(3), target: tensor(3) });
  return output.sub(target).square().mean();
}

/**
 * The reconstruction score S_rec(p) = ||Pi(p) - p||^2, which is a sum over channels (P).
 * @param output [B, T, D]
 * @param tokens [B, T, D]
 * @returns [B, T], >= 0
 */
export function squaredError(output: tf.Tensor3D, tokens: tf.Tensor3D): tf.Tensor2D {
  check("squaredError", { output, tokens }, { output: tensor(3), tokens: tensor(3) });
  return output.sub(tokens).square().sum(-1);
}
