import type * as tf from "@tensorflow/tfjs";
import { matMul, reshape, transpose } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { bilinearMatrix, nearestMatrix, type ResizeRule } from "../functions/resize-matrices.js";
import { kernel, type Kernels } from "./kernel.js";

type MatrixOf = typeof bilinearMatrix;

const forward = (matrixOf: MatrixOf) =>
  kernel<"images", tf.ResizeBilinearAttrs>((g, { images }, { size, ...rule }) => resizeBy(g, images, size, rule, matrixOf, false));
const backward = (matrixOf: MatrixOf) =>
  kernel<"dy" | "images", tf.ResizeBilinearAttrs>((g, { dy, images }, rule) =>
    resizeBy(g, dy, [images.shape[1] as number, images.shape[2] as number], rule, matrixOf, true),
  );

/** Resizes as products with two constant matrices; the gradient takes them transposed, so it is exact in every mode. */
export const resize: Kernels = {
  ResizeBilinear: forward(bilinearMatrix),
  ResizeBilinearGrad: backward(bilinearMatrix),
  ResizeNearestNeighbor: forward(nearestMatrix),
  ResizeNearestNeighborGrad: backward(nearestMatrix),
};

function resizeBy(g: Graph, x: Value, size: readonly [number, number], rule: ResizeRule, matrixOf: MatrixOf, transposed: boolean): Value {
  const [b, h, w, c] = x.shape as [number, number, number, number];
  const [height, width] = size;
  const matrix = (to: number, from: number) => {
    const m = transposed ? matrixOf(to, from, rule) : matrixOf(from, to, rule);
    const value = g.full(g.constant("float32", transposed ? [from, to] : [to, from], m));
    return transposed ? transpose(g, value, [1, 0]) : value;
  };
  const rows = height === h ? x : reshape(g, matMul(g, matrix(height, h), reshape(g, x, [b, h, w * c])), [b, height, w, c]);
  if (width === w) return rows;
  return matMul(g, matrix(width, w), rows);
}
