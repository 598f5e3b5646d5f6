import { check, tensor } from "@ltad/core/check";
import type * as tf from "@tensorflow/tfjs";

// Shapes: B images, T tokens of an image.

/**
 * The mean binary cross entropy over all tokens, with label 0 for p_n and 1 for p_a, as in the paper. It is computed by softplus, so it is finite for
 * every finite logit.
 * @param normal logits of p_n, [B, T]
 * @param abnormal logits of p_a, [B, T]
 * @returns scalar >= 0
 */
export function semanticLoss(normal: tf.Tensor2D, abnormal: tf.Tensor2D): tf.Scalar {
  check("semanticLoss", { normal, abnormal }, { normal: tensor(2), abnormal: tensor(2) });
  return normal.softplus().mean().add<tf.Scalar>(abnormal.neg().softplus().mean()).mul(0.5);
}

/** The semantic score S_sem of the paper: the posterior probability of abnormal, sigmoid(logit), in [0, 1]. @param logit of any shape */
export function posterior<R extends tf.Rank>(logit: tf.Tensor<R>): tf.Tensor<R> {
  check("posterior", { logit }, { logit: tensor() });
  return logit.sigmoid();
}
