import * as tf from "@tensorflow/tfjs";
import { rotatedPlaces } from "../kernels/images.js";

// Shapes: B images, H x W pixels, C channels, N boxes, h x w pixels of a crop.

/** Images that are cut and turned: a gradient goes back to where its pixel came from. TF.js has none of these. */
export const imageGradients: readonly tf.GradConfig[] = [
  { kernelName: "FlipLeftRight", gradFunc: (dy) => ({ image: () => (dy as tf.Tensor).reverse(2) }) },
  {
    kernelName: "RotateWithOffset",
    inputsToSave: ["image"],
    gradFunc: (dy, saved, attrs) => ({
      image: () => {
        const [b, h, w, c] = (saved[0] as tf.Tensor4D).shape;
        const places = tf.tensor1d(rotatedPlaces(h, w, attrs as unknown as tf.RotateWithOffsetAttrs), "int32");
        const pixels = (dy as tf.Tensor).reshape([b, h * w, c]).transpose([1, 0, 2]);
        return tf
          .unsortedSegmentSum(pixels, places, h * w)
          .transpose([1, 0, 2])
          .reshape([b, h, w, c]);
      },
    }),
  },
  {
    kernelName: "CropAndResize",
    inputsToSave: ["image", "boxes", "boxInd"],
    gradFunc: (dy, saved, attrs) => ({
      image: () => {
        const [image, boxes, indices] = saved as [tf.Tensor4D, tf.Tensor2D, tf.Tensor1D];
        const { cropSize, method } = attrs as unknown as tf.CropAndResizeAttrs;
        const [b, height, width, c] = image.shape;
        const [n, h, w] = [boxes.shape[0], ...cropSize];
        const rows = boxMatrix(boxes, 0, height, h, method); // [N, h, H]
        const columns = boxMatrix(boxes, 1, width, w, method); // [N, w, W]
        const byColumn = (dy as tf.Tensor).transpose([0, 2, 1, 3]).reshape([n, w, h * c]);
        const wide = tf.matMul(columns, byColumn, true).reshape([n, width, h, c]).transpose([0, 2, 1, 3]); // [N, h, W, C]
        const images = tf.matMul(rows, wide.reshape([n, h, width * c]), true); // [N, H, W C]
        return tf.unsortedSegmentSum(images, indices, b).reshape([b, height, width, c]);
      },
    }),
  },
];

/** The matrix [N, size, from] of each box along one axis, rows outside of the image 0; as the kernel in kernels/images.ts. */
function boxMatrix(boxes: tf.Tensor2D, axis: 0 | 1, from: number, size: number, method: "bilinear" | "nearest"): tf.Tensor {
  const edge = (at: number) => boxes.slice([0, at], [-1, 1]);
  const share = Array.from({ length: size }, (_, i) => (size > 1 ? i / (size - 1) : 0.5));
  const weights = (list: number[]) => tf.tensor2d([list.map((s) => s * (from - 1))]);
  const place = edge(axis)
    .mul(weights(share.map((s) => 1 - s)))
    .add(edge(axis + 2).mul(weights(share))); // [N, size]
  const inside = place
    .greaterEqual(0)
    .logicalAnd(place.lessEqual(from - 1))
    .expandDims(-1);
  const pixels = tf.range(0, from);
  const spread = place.expandDims(-1);
  const matrix =
    method === "nearest" ? spread.add(0.5).floor().equal(pixels).cast("float32") : tf.relu(tf.sub(1, spread.sub(pixels).abs()));
  return tf.where(inside, matrix, tf.zerosLike(matrix));
}
