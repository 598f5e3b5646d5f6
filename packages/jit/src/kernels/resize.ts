import type * as tf from "@tensorflow/tfjs";
import { cast, matMul, reshape } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { bilinearMatrix, nearestMatrix, type ResizeRule } from "../nn/resize-matrices.js";
import { kernel, type Kernels } from "./kernel.js";

type MatrixOf = typeof bilinearMatrix;

const forward = (matrixOf: MatrixOf) =>
  kernel<"images", tf.ResizeBilinearAttrs>((g, { images }, { size, ...rule }) => resizeBy(g, images, size, rule, matrixOf));

/** Resizes as products with two constant matrices; their gradients (gradients/resampling.ts) are such products too. */
export const resize: Kernels = {
  ResizeBilinear: forward(bilinearMatrix),
  ResizeNearestNeighbor: kernel<"images", tf.ResizeNearestNeighborAttrs>((g, { images }, { size, ...rule }) =>
    cast(g, resizeBy(g, images, size, rule, nearestMatrix), images.dtype),
  ),
};

/** Whole numbers, such as pixels, are converted first. */
function resizeBy(g: Graph, pixels: Value, size: readonly [number, number], rule: ResizeRule, matrixOf: MatrixOf): Value {
  const x = cast(g, pixels, "float32");
  const [b, h, w, c] = x.shape as [number, number, number, number];
  const [height, width] = size;
  const matrix = (from: number, to: number) => g.full(g.constant("float32", [to, from], matrixOf(from, to, rule)));
  const rows = height === h ? x : reshape(g, matMul(g, matrix(h, height), reshape(g, x, [b, h, w * c])), [b, height, w, c]);
  if (width === w) return rows;
  return matMul(g, matrix(w, width), rows);
}
