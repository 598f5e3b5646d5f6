import { linear, layerNorm, type Linear } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";

// Shapes: B texts, L tokens, D width, H heads, K = D / H.

/** scale and shift, each [D], under PyTorch's names */
export type LayerNorm<T = tf.Tensor> = { readonly weight: T; readonly bias: T };

/** The four maps of an attention, each weight [D, D]. */
export interface AttentionMaps {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
}

/**
 * Multi-head attention of a sequence on itself, softmax(Q K^T / sqrt(K) + mask) V, through the output map.
 * @param x [B, L, D]
 * @param mask what is added to the logits, [L, L] or [B, 1, 1, L]; nothing blocked without one
 */
export function selfAttention(p: AttentionMaps, x: tf.Tensor3D, heads: number, mask?: tf.Tensor): tf.Tensor3D {
  const [, length, width] = x.shape;
  const byHead = (map: Linear) =>
    linear(map, x)
      .reshape([-1, length, heads, width / heads])
      .transpose([0, 2, 1, 3]); // [B, H, L, K]
  const logits = tf.matMul(byHead(p.query), byHead(p.key), false, true).mul(1 / Math.sqrt(width / heads)); // [B, H, L, L]
  const weights = tf.softmax(mask ? logits.add(mask) : logits);
  const mixed = tf.matMul(weights, byHead(p.value)).transpose([0, 2, 1, 3]); // [B, L, H, K]
  return linear<tf.Rank.R3>(p.output, mixed.reshape([-1, length, width]));
}

/** [B, L, D] -> [B, L, D] */
export function norm({ weight, bias }: LayerNorm, x: tf.Tensor3D, epsilon: number): tf.Tensor3D {
  return layerNorm(x, weight, bias, epsilon);
}

/** What is added to a blocked logit: the most negative float32, as transformers has it. */
export const blocked = -3.4028234663852886e38;
