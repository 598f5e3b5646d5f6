import * as tf from "@tensorflow/tfjs";
import { pad, reshape, slice, transpose } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { axesOf, range, sizeOf } from "../graph/shape.js";
import { kernel, lazyKernel, listed, type Kernels } from "./kernel.js";

/** The same numbers in another order or number. */
export const shaping: Kernels = {
  Reshape: lazyKernel<"x", tf.ReshapeAttrs>((g, { x }, { shape }) => reshape(g, x, tf.util.inferFromImplicitShape(shape, sizeOf(x.shape)))),
  ExpandDims: lazyKernel<"input", tf.ExpandDimsAttrs>((g, { input }, { dim }) => {
    const at = dim < 0 ? dim + input.shape.length + 1 : dim;
    return reshape(g, input, [...input.shape.slice(0, at), 1, ...input.shape.slice(at)]);
  }),
  Transpose: lazyKernel<"x", tf.TransposeAttrs>((g, { x }, { perm }) => transpose(g, x, perm)),
  Concat: kernel<never, tf.ConcatAttrs>((g, inputs, { axis }) => concat(g, listed(inputs), axis)),
  Pack: kernel<never, tf.PackAttrs>((g, inputs, { axis }) => {
    const values = listed(inputs);
    const at = axis < 0 ? axis + values[0]!.shape.length + 1 : axis;
    const spread = values.map((x) => reshape(g, x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]));
    return concat(
      g,
      spread.map((x) => g.full(x)),
      at,
    );
  }),
  Unpack: kernel<"value", tf.UnpackAttrs>((g, { value }, { axis }) => {
    const [at] = axesOf(axis, value.shape.length) as [number];
    const shape = value.shape.toSpliced(at, 1);
    return split(g, value, at, new Array<number>(value.shape[at]!).fill(1)).map((part) => reshape(g, part, shape));
  }),
  SplitV: kernel<"x", tf.SplitVAttrs>((g, { x }, { axis, numOrSizeSplits }) => {
    const [at] = axesOf(axis, x.shape.length) as [number];
    return split(g, x, at, splitSizes(x.shape[at]!, numOrSizeSplits));
  }),
  Tile: kernel<"x", tf.TileAttrs>((g, { x }, { reps }) => {
    const shape = x.shape.map((n, i) => n * reps[i]!);
    if (reps.every((n) => n === 1)) return x;
    // Only axes of length 1 are repeated: nothing needs to be copied.
    if (x.shape.every((n, i) => n === 1 || reps[i] === 1)) return g.add("Identity", [x], shape, { stored: x.shape });
    return g.add("Tile", [x, g.ints(reps)], shape);
  }),
  BroadcastTo: kernel<"x", tf.BroadCastToAttrs>((g, { x }, { shape }) => g.add("Expand", [x, g.ints(shape)], shape)),
  Reverse: kernel<"x", tf.ReverseAttrs>((g, { x }, { dims }) => reverse(g, x, axesOf(dims, x.shape.length))),
  FlipLeftRight: kernel<"image">((g, { image }) => reverse(g, image, [2])),
  DepthToSpace: kernel<"x", tf.DepthToSpaceAttrs>((g, { x }, { blockSize: s, dataFormat }) => {
    const nhwc = dataFormat === "NHWC" ? x : transpose(g, x, [0, 2, 3, 1]);
    const [b, h, w, c] = nhwc.shape as [number, number, number, number];
    const d = c / (s * s);
    const blocks = transpose(g, reshape(g, nhwc, [b, h, w, s, s, d]), [0, 1, 3, 2, 4, 5]);
    const out = reshape(g, blocks, [b, h * s, w * s, d]);
    return dataFormat === "NHWC" ? out : transpose(g, out, [0, 3, 1, 2]);
  }),
  SpaceToBatchND: kernel<"x", tf.SpaceToBatchNDAttrs>((g, { x }, { blockShape, paddings }) => {
    const all = [[0, 0], ...paddings, ...range(0, x.shape.length - 1 - blockShape.length).map(() => [0, 0])];
    const padded = pad(
      g,
      x,
      all.map((p) => p[0]!),
      all.map((p) => p[1]!),
    );
    const cells = tf.backend_util.getReshaped([...padded.shape], blockShape, sizeOf(blockShape), false);
    const perm = tf.backend_util.getPermuted(cells.length, blockShape.length, false);
    const shape = tf.backend_util.getReshapedPermuted([...padded.shape], blockShape, sizeOf(blockShape), false);
    return reshape(g, transpose(g, reshape(g, padded, cells), perm), shape);
  }),
  BatchToSpaceND: kernel<"x", tf.BatchToSpaceNDAttrs>((g, { x }, { blockShape, crops }) => {
    const size = sizeOf(blockShape);
    const cells = tf.backend_util.getReshaped([...x.shape], blockShape, size);
    const perm = tf.backend_util.getPermuted(cells.length, blockShape.length);
    const shape = tf.backend_util.getReshapedPermuted([...x.shape], blockShape, size);
    const begin = tf.backend_util.getSliceBeginCoords(crops, blockShape.length);
    const sizes = tf.backend_util.getSliceSize(shape, crops, blockShape.length);
    const whole = reshape(g, transpose(g, reshape(g, x, cells), perm), shape);
    return slice(
      g,
      whole,
      whole.shape.map((_, i) => begin[i] ?? 0),
      whole.shape.map((n, i) => sizes[i] ?? n),
    );
  }),
};

/** An end that ONNX clamps to "before the first" when it walks backwards. */
export const beforeStart = -(2 ** 31);

function reverse(g: Graph, x: Value, axes: readonly number[]): Value {
  if (axes.length === 0) return x;
  const same = (n: number) => g.ints(axes.map(() => n));
  return g.add("Slice", [x, same(-1), same(beforeStart), g.ints(axes), same(-1)], x.shape);
}

export function concat(g: Graph, values: readonly Value[], axis: number): Value {
  const [first] = values as [Value];
  const [at] = axesOf(axis, first.shape.length) as [number];
  if (values.length === 1) return first;
  const length = values.reduce((n, v) => n + v.shape[at]!, 0);
  return g.add("Concat", values, first.shape.with(at, length), { attributes: { axis: at } });
}

function split(g: Graph, x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  if (sizes.length === 1) return [x];
  const outputs = sizes.map((n) => {
    const shape = x.shape.with(axis, n);
    return { dtype: x.dtype, shape, stored: shape };
  });
  return g.addMany("Split", [x, g.ints(sizes)], outputs, { axis });
}

function splitSizes(length: number, given: number | number[]): number[] {
  if (typeof given === "number") return new Array<number>(given).fill(length / given);
  const known = given.reduce((n, size) => n + Math.max(0, size), 0);
  return range(0, given.length).map((i) => (given[i] === -1 ? length - known : given[i]!));
}
