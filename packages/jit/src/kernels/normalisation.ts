import type * as tf from "@tensorflow/tfjs";
import { add, div, mul, sub, transpose, unary } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { axesOf } from "../graph/shape.js";
import { kernel, lazyKernel, type Kernels } from "./kernel.js";

/** Softmax and norms. */
export const normalisation: Kernels = {
  Softmax: kernel<"logits", tf.SoftmaxAttrs>((g, { logits }, { dim }) => softmax(g, "Softmax", logits, dim)),
  LogSoftmax: kernel<"logits", tf.LogSoftmaxAttrs>((g, { logits }, { axis }) => softmax(g, "LogSoftmax", logits, axis)),
  FusedBatchNorm: lazyKernel<"x" | "mean" | "variance" | "offset" | "scale", tf.FusedBatchNormAttrs>((g, inputs, { varianceEpsilon }) => {
    const { x, mean, variance, offset, scale } = inputs as Partial<typeof inputs> & Pick<typeof inputs, "x" | "mean" | "variance">;
    const root = unary(g, "Sqrt", add(g, variance, g.number("float32", varianceEpsilon)));
    const factor = div(g, scale ?? g.number("float32", 1), root);
    const centred = mul(g, sub(g, x, mean), factor);
    return offset ? add(g, centred, offset) : centred;
  }),
  LRN: kernel<"x", tf.LRNAttrs>((g, { x }, { depthRadius, bias, alpha, beta }) => {
    const size = 2 * depthRadius + 1;
    const attributes = { size, bias: { float: bias }, alpha: { float: alpha * size }, beta: { float: beta } };
    const channels = g.full(transpose(g, x, [0, 3, 1, 2]));
    return transpose(g, g.add("LRN", [channels], channels.shape, { attributes }), [0, 2, 3, 1]);
  }),
  // Kernels of ours, called by functions of this package while they are traced.
  LayerNormalization: kernel<"x" | "gamma" | "beta", { epsilon: number }>((g, { x, gamma, beta }, { epsilon }) => {
    const row = [...x.shape.slice(0, -1), 1];
    const outputs = [x.shape, row, row].map((shape) => ({ dtype: x.dtype, shape, stored: shape }));
    return g.addMany("LayerNormalization", [x, gamma, beta], outputs, { axis: -1, epsilon: { float: epsilon } });
  }),
};

function softmax(g: Graph, op: string, x: Value, axis: number): Value {
  return g.add(op, [x], x.shape, { attributes: { axis: axesOf(axis, x.shape.length)[0]! } });
}
