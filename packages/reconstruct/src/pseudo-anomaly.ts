import { check, number, tensor } from "@ltad/core/check";
import type * as tf from "@tensorflow/tfjs";

// Shapes: B images, T tokens, D channels. Noise is an argument: a graph must not contain random numbers.

/**
 * UniAD's jitter: p + alpha ||p||_2 / D * eps. Divided by D, not by its root, as the official code does.
 * @param tokens [B, T, D]
 * @param eps [B, T, D] standard normal
 * @param alpha 20 in UniAD
 * @returns [B, T, D] p_a of the preset `paper` (method.md, "Phase 2")
 */
export function jitter(tokens: tf.Tensor3D, eps: tf.Tensor3D, alpha = 20): tf.Tensor3D {
  check("jitter", { tokens, eps, alpha }, { tokens: tensor(3), eps: tensor(3), alpha: number() });
  const size = tokens.square().sum(-1, true).sqrt(); // [B, T, 1]
  return tokens.add(eps.mul(size.mul(alpha / tokens.shape[2])));
}

/**
 * p + s sqrt(D) u / ||u||: in whitened features a normal token is about sqrt(D) long, so s counts in lengths of a normal token.
 * @param tokens [B, T, D]
 * @param direction u, [B, T, D]; a token whose direction is 0 stays where it is
 * @param size s, [B, T]; log-uniform in [1, 3]
 * @returns [B, T, D] p_a of the preset `recommended` (method.md, "Recommended settings" 5)
 */
export function displace(tokens: tf.Tensor3D, direction: tf.Tensor3D, size: tf.Tensor2D): tf.Tensor3D {
  check("displace", { tokens, direction, size }, { tokens: tensor(3), direction: tensor(3), size: tensor(2) });
  const length = direction.square().sum(-1, true).add(1e-20).sqrt(); // [B, T, 1]
  const factor = size.expandDims(2).mul(Math.sqrt(tokens.shape[2])).div(length);
  return tokens.add(direction.mul(factor));
}
