import * as tf from "@tensorflow/tfjs";

// Shapes: B texts, L tokens.

/** This is added to the logit of a blocked token. It is the most negative float32, as in transformers. */
const blocked = -3.4028234663852886e38;

/** Keeps every token of a text from attending to padding: [B, L], 1 for tokens and 0 for padding -> [B, 1, 1, L]. */
export function paddingMask(mask: tf.Tensor2D): tf.Tensor {
  return tf.sub(1, mask).mul(blocked).reshape([-1, 1, 1, mask.shape[1]]);
}

/** Keeps each token from attending to the tokens after it, [L, L]. */
export function causalMask(length: number): tf.Tensor2D {
  const behind = (i: number) => i % length > Math.floor(i / length);
  return tf.tensor2d(
    Array.from({ length: length ** 2 }, (_, i) => (behind(i) ? blocked : 0)),
    [length, length],
  );
}
