import * as tf from "@tensorflow/tfjs";

// Shapes: B texts, L tokens.

/** Added to the logit of a blocked token: the most negative float32, as in transformers. */
const blocked = -3.4028234663852886e38;

/** Blocks the padding for every token of a text: [B, L], 1 for tokens and 0 for padding -> [B, 1, 1, L]. */
export function paddingMask(mask: tf.Tensor2D): tf.Tensor {
  return tf.sub(1, mask).mul(blocked).reshape([-1, 1, 1, mask.shape[1]]);
}

/** Blocks the tokens behind each token: [L, L]. */
export function causalMask(length: number): tf.Tensor2D {
  const behind = (i: number) => i % length > Math.floor(i / length);
  return tf.tensor2d(
    Array.from({ length: length ** 2 }, (_, i) => (behind(i) ? blocked : 0)),
    [length, length],
  );
}
