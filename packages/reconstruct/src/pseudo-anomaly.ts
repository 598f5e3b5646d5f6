import { check, number, tensor } from "@ltad/core/check";
import type * as tf from "@tensorflow/tfjs";

// Shapes: B images, T tokens, D channels. Noise is an argument, because a graph must not contain random numbers.

/**
 * UniAD's jitter, p + alpha ||p||_2 / D * eps. It divides by D and not by its square root, as the official code does.
 * @param tokens p, [B, T, D]
 * @param eps [B, T, D], standard normal
 * @param alpha the strength of the noise; 20 by default, as in UniAD
 * @returns [B, T, D], the disturbed tokens p_a of the preset `paper` (docs/method.md, "Phase 2")
 * @see You et al. 2022, "A Unified Model for Multi-class Anomaly Detection"
 */
export function jitter(tokens: tf.Tensor3D, eps: tf.Tensor3D, alpha = 20): tf.Tensor3D {
  check("jitter", { tokens, eps, alpha }, { tokens: tensor(3), eps: tensor(3), alpha: number() });
  const size = tokens.square().sum(-1, true).sqrt(); // [B, T, 1]
  return tokens.add(eps.mul(size.mul(alpha / tokens.shape[2])));
}

/**
 * Displaces tokens, p + s sqrt(D) u / ||u||. A normal token of whitened features has a length of about sqrt(D), so s is measured in lengths of a
 * normal token.
 * @param tokens p, [B, T, D]
 * @param direction u, [B, T, D]; a token with direction 0 does not change
 * @param size s, [B, T]; training draws it log-uniformly from [1, 3]
 * @returns [B, T, D], the disturbed tokens p_a of the preset `recommended` (docs/method.md, "Recommended settings" 5)
 */
export function displace(tokens: tf.Tensor3D, direction: tf.Tensor3D, size: tf.Tensor2D): tf.Tensor3D {
  check("displace", { tokens, direction, size }, { tokens: tensor(3), direction: tensor(3), size: tensor(2) });
  const length = direction.square().sum(-1, true).add(1e-20).sqrt(); // [B, T, 1]
  const factor = size.expandDims(2).mul(Math.sqrt(tokens.shape[2])).div(length);
  return tokens.add(direction.mul(factor));
}
