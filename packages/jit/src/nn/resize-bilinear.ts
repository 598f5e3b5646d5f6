import { check, pairOf, tensor, whole } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";
import { bilinearMatrix } from "./resize-matrices.js";

/**
 * Bilinear resizing with half-pixel centres and without antialiasing, as torch's interpolate(align_corners=False). It consists of two matrix products,
 * so its gradient is exact on every backend, unlike that of tf.image.resizeBilinear.
 * @param x [B, H, W, C] @param size [height, width]
 * @returns [B, height, width, C]
 */
export function resizeBilinear(x: tf.Tensor4D, size: readonly [number, number]): tf.Tensor4D {
  check("resizeBilinear", { x, size }, { x: tensor(4), size: pairOf(whole(1)) });
  const [height, width] = size;
  const [b, h, w, c] = x.shape;
  const rule = { alignCorners: false, halfPixelCenters: true };
  const matrix = (from: number, to: number) => tf.tensor3d(bilinearMatrix(from, to, rule), [1, to, from], "float32");
  const rows = height === h ? x : tf.matMul(matrix(h, height), x.reshape([b, h, w * c])).reshape([b, height, w, c]);
  if (width === w) return rows as tf.Tensor4D;
  return tf.matMul(matrix(w, width), rows.reshape([b * height, w, c])).reshape([b, height, width, c]);
}
