import * as tf from "@tensorflow/tfjs";
import { cast, pad, reshape, slice } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { range } from "../graph/shape.js";
import { probes } from "../graph/free-batch.js";
import { fromZero } from "./indexing.js";
import { kernel, lazyKernel, type Kernels } from "./kernel.js";
import { refusedCall } from "../trace/refusals.js";
import { beforeStart } from "./shaping.js";

/** Parts of a tensor, and its surroundings. */
export const slicing: Kernels = {
  Slice: lazyKernel<"x", tf.SliceAttrs>((g, { x }, { begin, size }) => {
    const [from, sizes] = tf.slice_util.parseSliceParams({ shape: [...x.shape], dtype: "float32", dataId: {} }, begin, size);
    const part = slice(g, x, from!, sizes!);
    // ONNX shortens a part that is longer than its tensor; here it fails, as in TF.js.
    return g.hasFreeBatch && part !== x && sizes![0] !== x.shape[0] ? g.add("Reshape", [g.full(part), g.ints(sizes!)], sizes!) : part;
  }),
  StridedSlice: kernel<"x", tf.StridedSliceAttrs>((g, { x }, a) => {
    const info = tf.slice_util.sliceInfo(
      [...x.shape],
      a.begin,
      a.end,
      a.strides,
      a.beginMask,
      a.endMask,
      a.ellipsisMask,
      a.newAxisMask,
      a.shrinkAxisMask,
    );
    const isFree = g.hasFreeBatch && (probes as readonly number[]).includes(x.shape[0]!);
    if (isFree && (a.endMask & 1) === 0 && a.ellipsisMask === 0 && Math.abs(a.end[0]!) > x.shape[0]!)
      throw refusedCall("StridedSlice", `with a free batch size B, its end would be min(${a.end[0]}, B), which follows no rule`);
    const axes = range(0, x.shape.length);
    const ends = axes.map((i) => (info.strides[i]! < 0 && info.end[i]! < 0 ? beforeStart : info.end[i]!));
    const inner = axes.map((i) => Math.max(0, Math.ceil((info.end[i]! - info.begin[i]!) / info.strides[i]!)));
    const part = g.add("Slice", [x, g.ints(info.begin), g.ints(ends), g.ints(axes), g.ints(info.strides)], inner);
    return reshape(g, part, info.finalShape);
  }),
  PadV2: kernel<"x", tf.PadV2Attrs>((g, { x }, { paddings, constantValue }) =>
    pad(
      g,
      x,
      paddings.map((p) => p[0]),
      paddings.map((p) => p[1]),
      g.number(x.dtype, constantValue),
    ),
  ),
  MirrorPad: kernel<"x", tf.MirrorPadAttrs>((g, { x }, { paddings, mode }) =>
    paddings.reduce((y, [before, after], axis) => mirror(g, y, axis, before, after, mode === "reflect" ? 1 : 0), x),
  ),
  Diag: kernel<"x">((g, { x }) => {
    const n = x.shape.reduce((a, b) => a * b, 1);
    const unit = Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
    const rows = g.elementwise("Mul", [reshape(g, x, [n, 1]), g.constant("float32", [n, n], unit)]);
    return reshape(g, rows, [...x.shape, ...x.shape]);
  }),
  TensorScatterUpdate: kernel<"tensor" | "indices" | "updates">((g, { tensor, indices, updates }) =>
    g.add("ScatterND", [tensor, cast(g, g.full(fromZero(g, indices)), "int64"), updates], tensor.shape),
  ),
};

/** One axis of a mirrored padding: a Gather with the mirrored places. */
function mirror(g: Graph, x: Value, axis: number, before: number, after: number, skip: number): Value {
  if (before === 0 && after === 0) return x;
  const n = x.shape[axis]!;
  const places = [...range(0, before).map((i) => before - i - 1 + skip), ...range(0, n), ...range(0, after).map((i) => n - 1 - skip - i)];
  return g.add("Gather", [x, g.ints(places)], x.shape.with(axis, places.length), { attributes: { axis } });
}
