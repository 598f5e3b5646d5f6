import * as tf from "@tensorflow/tfjs";
import type { FramedTokens } from "./framed-tokens.js";

// Shapes: B texts, L places, D width.

/** How the hidden states of a text become one vector: that of the first token, the mean over all tokens with the special ones, or that of the end token. */
export type Pooling = "first" | "mean" | "end";

/**
 * Reduces the hidden states to one vector for each text.
 * @param hidden [B, L, D]
 * @returns [B, D]
 */
export function pool(hidden: tf.Tensor3D, { mask, end }: Omit<FramedTokens, "words">, pooling: Pooling): tf.Tensor2D {
  const [, length, width] = hidden.shape;
  if (pooling === "first") return hidden.slice([0, 0, 0], [-1, 1, -1]).reshape([-1, width]);
  if (pooling === "end") return tf.sum(hidden.mul(end.reshape([-1, length, 1])), 1);
  if (!mask) return tf.mean(hidden, 1);
  return tf.sum<tf.Tensor2D>(hidden.mul(mask.reshape([-1, length, 1])), 1).div(tf.sum(mask, 1, true));
}

/** Avoids a division by zero for a text vector of zeros. The published graphs were trained with this bound (TensorFlow's `l2_normalize`). */
export const leastLength = { atLeast: 1e-12 } as const;
