import * as tf from "@tensorflow/tfjs";

/** Half-pixel bilinear resize of square maps, [B, r, r, C] -> [B, g, g, C], as two matrix products. */
export function resizeBilinear(x: tf.Tensor4D, size: number): tf.Tensor4D {
  const [, from, , channels] = x.shape;
  const matrix = tf.tensor2d(weights(from, size), [size, from]);
  const rows = tf.matMul(matrix, x.transpose([1, 0, 2, 3]).reshape([from, -1])).reshape([size, -1, from, channels]); // [g, B, r, C]
  const columns = tf.matMul(matrix, rows.transpose([2, 1, 0, 3]).reshape([from, -1])).reshape([size, -1, size, channels]); // [g(x), B, g(y), C]
  return columns.transpose([1, 2, 0, 3]);
}

function weights(from: number, to: number): Float32Array {
  const out = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.floor(at);
    const high = Math.min(low + 1, from - 1);
    out[i * from + low] = (out[i * from + low] as number) + 1 - (at - low);
    out[i * from + high] = (out[i * from + high] as number) + at - low;
  }
  return out;
}
