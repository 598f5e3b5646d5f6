import * as tf from "@tensorflow/tfjs";
import { add, cast, mul, reshape, where } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { along, range, sizeOf } from "../graph/shape.js";
import { scatterAdd } from "./indexing.js";
import { kernel, type Kernels } from "./kernel.js";
import { toChannelsFirst, toChannelsLast, windowAttributes, windowOf, type Window } from "./window.js";

type Attrs = Pick<tf.MaxPool3DGradAttrs, "dimRoundingMode"> & {
  filterSize: number | number[];
  strides: number | number[];
  pad: tf.MaxPoolAttrs["pad"];
};

const average = () => kernel<"x", Attrs>((g, { x }, a) => pool(g, "AveragePool", x, windowOf(poolInfo(x, a))));
const largest = () =>
  kernel<"x", Attrs>((g, { x }, a) => cast(g, pool(g, "MaxPool", withoutNaN(g, cast(g, x, "float32")), windowOf(poolInfo(x, a))), x.dtype));
const maxGradient = () =>
  kernel<"dy" | "input", Attrs>((g, { dy, input }, a) => maxPoolGradient(g, dy, input, windowOf(poolInfo(input, a))));

/** Pools. The gradients of average pools are convolutions, see gradients/resampling.ts. */
export const pooling: Kernels = {
  MaxPool: largest(),
  AvgPool: average(),
  MaxPool3D: largest(),
  AvgPool3D: average(),
  MaxPoolGrad: maxGradient(),
  MaxPool3DGrad: maxGradient(),
  MaxPoolWithArgmax: kernel<"x", tf.MaxPoolWithArgmaxAttrs>((g, { x }, a) => {
    const { values, places } = maxPool(g, x, windowOf(poolInfo(x, a)));
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    const counts = (axis: number, n: number, step: number) =>
      g.constant(
        "int64",
        along(axis, n, 4),
        range(0, n).map((i) => i * step),
      );
    // ONNX counts through [B, C, H, W], TF.js through [B, H, W, C], where the batch may be left out.
    const pixel = g.elementwise("Mod", [places, g.ints([height * width])]);
    const inImage = add(g, mul(g, pixel, g.ints([channels])), counts(1, channels, 1));
    const index = a.includeBatchInIndex ? add(g, inImage, counts(0, batch, height * width * channels)) : inImage;
    return [toChannelsLast(g, values), cast(g, toChannelsLast(g, index), "int32")];
  }),
};

/** TF.js's pools pass over NaN; in ONNX Runtime's it hides what came before it. */
function withoutNaN(g: Graph, x: Value): Value {
  return where(g, g.elementwise("IsNaN", [x], { dtype: "bool" }), g.number("float32", -Infinity), x);
}

function pool(g: Graph, op: string, x: Value, w: Window): Value {
  return toChannelsLast(g, g.add(op, [g.full(toChannelsFirst(g, x))], outShape(x, w), { attributes: windowAttributes(w) }));
}

/** The largest of each window and its flat place, both [B, C, output]. */
function maxPool(g: Graph, x: Value, w: Window): { values: Value; places: Value } {
  const shape = outShape(x, w);
  const outputs = (["float32", "int64"] as const).map((dtype) => ({ dtype, shape, stored: shape }));
  const [values, places] = g.addMany("MaxPool", [g.full(toChannelsFirst(g, withoutNaN(g, x)))], outputs, windowAttributes(w)) as [
    Value,
    Value,
  ];
  return { values, places };
}

/** dy goes to the place of each largest one. */
function maxPoolGradient(g: Graph, dy: Value, input: Value, w: Window): Value {
  const { places } = maxPool(g, input, w);
  const upstream = reshape(g, g.full(toChannelsFirst(g, dy)), [sizeOf(dy.shape)]);
  const sums = scatterAdd(g, [sizeOf(input.shape)], reshape(g, places, [sizeOf(dy.shape), 1]), upstream);
  return toChannelsLast(g, reshape(g, sums, [input.shape[0]!, input.shape.at(-1)!, ...w.input]));
}

const outShape = (x: Value, w: Window) => [x.shape[0]!, x.shape.at(-1)!, ...w.output];

export function poolInfo({ shape }: { readonly shape: readonly number[] }, { filterSize, strides, pad, dimRoundingMode }: Attrs) {
  if (shape.length === 4)
    return tf.backend_util.computePool2DInfo(
      shape as [number, number, number, number],
      filterSize as [number, number],
      strides as [number, number],
      1,
      pad,
      dimRoundingMode,
    );
  return tf.backend_util.computePool3DInfo(
    shape as [number, number, number, number, number],
    filterSize as [number, number, number],
    strides as [number, number, number],
    1,
    pad as "same",
    dimRoundingMode,
  );
}

/** How many real elements each place of the window sees, [output]. */
export function windowCounts(w: Window): Float32Array {
  const seen = w.output.map((n, i) =>
    range(0, n).map((o) => {
      const start = o * w.strides[i]! - w.begin[i]!;
      return Math.min(start + w.kernel[i]!, w.input[i]!) - Math.max(start, 0);
    }),
  );
  return Float32Array.from(seen.reduce((all, axis) => all.flatMap((n) => axis.map((m) => n * m)), [1]));
}
