import * as tf from "@tensorflow/tfjs";
import { reshape } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { sizeOf } from "../graph/shape.js";
import { scatterAdd } from "./indexing.js";
import { kernel, type Kernels } from "./kernel.js";
import { toNchw, toNhwc, windowAttributes, windowOf, type Window } from "./window.js";

/** Pools. The gradient of an average pool is a depthwise convolution, see gradients/resampling.ts. */
export const pooling: Kernels = {
  MaxPool: kernel<"x", tf.MaxPoolAttrs>((g, { x }, a) => pool(g, "MaxPool", x, windowOf(poolInfo(x, a)))),
  AvgPool: kernel<"x", tf.AvgPoolAttrs>((g, { x }, a) => pool(g, "AveragePool", x, windowOf(poolInfo(x, a)))),
  MaxPoolGrad: kernel<"dy" | "input", tf.MaxPoolGradAttrs>((g, { dy, input }, a) => {
    const window = windowOf(poolInfo(input, a));
    const [shape, images] = [outShape(input, window), g.full(toNchw(g, input))];
    const outputs = (["float32", "int64"] as const).map((dtype) => ({ dtype, shape, stored: shape }));
    const [, places] = g.addMany("MaxPool", [images], outputs, windowAttributes(window)) as [Value, Value];
    const upstream = reshape(g, g.full(toNchw(g, dy)), [sizeOf(dy.shape)]);
    const sums = scatterAdd(g, [sizeOf(input.shape)], reshape(g, places, [sizeOf(dy.shape), 1]), upstream);
    return toNhwc(g, reshape(g, sums, images.shape));
  }),
};

function pool(g: Graph, op: string, x: Value, w: Window): Value {
  return toNhwc(g, g.add(op, [g.full(toNchw(g, x))], outShape(x, w), { attributes: windowAttributes(w) }));
}

const outShape = (x: Value, w: Window) => [x.shape[0] as number, x.shape[3] as number, ...w.output];

export function poolInfo(x: { readonly shape: readonly number[] }, a: tf.MaxPoolAttrs | tf.AvgPoolAttrs | tf.MaxPoolGradAttrs) {
  return tf.backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    a.filterSize,
    a.strides,
    1,
    a.pad,
    a.dimRoundingMode,
  );
}

/** How many real pixels each place of the window sees, [output]. */
export function windowCounts(w: Window): Float32Array {
  const seen = [0, 1].map((i) =>
    Array.from({ length: w.output[i] as number }, (_, o) => {
      const start = o * (w.strides[i] as number) - (w.begin[i] as number);
      return Math.min(start + (w.kernel[i] as number), w.input[i] as number) - Math.max(start, 0);
    }),
  ) as [number[], number[]];
  return Float32Array.from(seen[0].flatMap((rows) => seen[1].map((columns) => rows * columns)));
}
