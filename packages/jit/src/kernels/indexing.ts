import type * as tf from "@tensorflow/tfjs";
import { cast, compare, pad, reduce, reshape, slice, where } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { axesOf, sizeOf, type Shape } from "../graph/shape.js";
import { kernel, lazyKernel, type Kernels } from "./kernel.js";

/** Places given by tensors of whole numbers. */
export const indexing: Kernels = {
  GatherV2: kernel<"x" | "indices", tf.GatherV2Attrs>((g, { x, indices }, { axis, batchDims }) => {
    const [at] = axesOf(axis, x.shape.length) as [number];
    const ids = fromZero(g, cast(g, indices, "int32"));
    if (batchDims === 0) return gather(g, x, ids, at);
    return gatherInBatches(g, x, ids, at, batchDims);
  }),
  GatherNd: kernel<"params" | "indices">((g, { params, indices }) => {
    const depth = indices.shape.at(-1)!;
    return g.add(
      "GatherND",
      [params, cast(g, fromZero(g, cast(g, indices, "int32")), "int64")],
      [...indices.shape.slice(0, -1), ...params.shape.slice(depth)],
    );
  }),
  ScatterNd: kernel<"indices" | "updates", tf.ScatterNdAttrs>((g, { indices, updates }, { shape }) =>
    scatterAdd(g, shape, cast(g, indices, "int32"), updates),
  ),
  UnsortedSegmentSum: kernel<"x" | "segmentIds", tf.UnsortedSegmentSumAttrs>((g, { x, segmentIds }, { numSegments }) => {
    const rank = segmentIds.shape.length;
    const inside = compare(
      g,
      "And",
      compare(g, "GreaterOrEqual", segmentIds, g.number("int32", 0)),
      compare(g, "Less", segmentIds, g.number("int32", numSegments)),
    );
    const ids = where(g, inside, segmentIds, g.number("int32", numSegments));
    const row = x.shape.slice(rank);
    const places = reshape(g, cast(g, ids, "int32"), [...segmentIds.shape, 1]);
    const sums = scatterAdd(g, [numSegments + 1, ...row], places, x);
    return slice(g, sums, [0, ...row.map(() => 0)], [numSegments, ...row]);
  }),
  SparseToDense: kernel<"sparseIndices" | "sparseValues" | "defaultValue", tf.SparseToDenseAttrs>((g, inputs, { outputShape }) => {
    const { sparseIndices: places, sparseValues: values, defaultValue } = inputs;
    const rows = places.shape.length === 2 ? places : reshape(g, places, [...places.shape, 1]);
    const base = g.add("Expand", [defaultValue, g.ints(outputShape)], outputShape);
    const [count] = rows.shape as [number];
    const updates = values.shape.length === 1 ? values : g.add("Expand", [values, g.ints([count])], [count]);
    return g.add("ScatterND", [base, cast(g, g.full(fromZero(g, rows)), "int64"), updates], outputShape);
  }),
  Bincount: kernel<"x" | "weights", tf.BincountAttrs>((g, { x, weights }, { size }) => {
    const flat = (value: Value) => reshape(g, value, [sizeOf(value.shape)]);
    return bincount(g, flat(x), flat(weights), size, false);
  }),
  DenseBincount: kernel<"x" | "weights", tf.DenseBincountAttrs>((g, { x, weights }, { size, binaryOutput }) =>
    bincount(g, x, weights, size, binaryOutput ?? false),
  ),
  OneHot: kernel<"indices", tf.OneHotAttrs>((g, { indices }, attributes) => {
    const { depth, onValue, offValue, dtype } = attributes as tf.OneHotAttrs & { dtype?: Value["dtype"] };
    const classes = g.constant(
      "int32",
      [depth],
      Int32Array.from({ length: depth }, (_, i) => i),
    );
    const spread = reshape(g, cast(g, indices, "int32"), [...indices.shape, 1]);
    const type = dtype ?? "int32";
    const chosen = compare(g, "Equal", spread, classes);
    if (onValue === 1 && offValue === 0) return cast(g, chosen, type);
    return where(g, chosen, g.number(type, onValue), g.number(type, offValue));
  }),
  TopK: kernel<"x", tf.TopKAttrs>((g, { x }, { k, sorted }) => {
    if (x.shape.length > 1 && (g.hasFreeBatch || x.shape.includes(0))) return withoutLast(g, topK(g, withOneMore(g, x), k, sorted));
    return topK(g, x, k, sorted);
  }),
  SearchSorted: lazyKernel<"sortedSequence" | "values", tf.SearchSortedAttrs>((g, { sortedSequence, values }, { side }) => {
    // How many of the sorted numbers lie before each value.
    const [rows, n] = sortedSequence.shape as [number, number];
    const m = values.shape[1]!;
    const sequence = reshape(g, g.full(sortedSequence), [rows, 1, n]);
    const targets = reshape(g, g.full(values), [rows, m, 1]);
    const before = cast(g, compare(g, side === "left" ? "Less" : "LessOrEqual", sequence, targets), "int32");
    return g.add("ReduceSum", [g.full(before), g.ints([2])], [rows, m], { attributes: { keepdims: 0 } });
  }),
};

/** Weights (1 if there are none) of each number from 0 to size - 1 along the last axis. */
function bincount(g: Graph, x: Value, weights: Value, size: number, binary: boolean): Value {
  const classes = g.constant(
    "int32",
    [size],
    Int32Array.from({ length: size }, (_, i) => i),
  );
  const chosen = compare(g, "Equal", reshape(g, x, [...x.shape, 1]), classes);
  const isWeighted = sizeOf(weights.shape) > 0 && !binary;
  const amounts = isWeighted
    ? where(g, chosen, reshape(g, weights, [...weights.shape, 1]), g.number(weights.dtype, 0))
    : cast(g, chosen, weights.dtype);
  return reduce(g, binary ? "ReduceMax" : "ReduceSum", amounts, [x.shape.length - 1], false);
}

/**
 * Indices of which a negative one lies beyond every end, so that the run fails: ONNX would count it from the end, and TF.js does not.
 * Constant ones that are not negative stay as they are.
 */
export function fromZero(g: Graph, ids: Value): Value {
  const known = g.constants.get(ids);
  if (known && Array.from(known).every((id) => id >= 0)) return ids;
  if (ids.dtype === "int64") return ids; // places of ours, which ONNX has counted
  return where(g, compare(g, "Less", ids, g.number("int32", 0)), g.number("int32", 2 ** 31 - 1), ids);
}

function gather(g: Graph, x: Value, ids: Value, axis: number): Value {
  const shape = [...x.shape.slice(0, axis), ...ids.shape, ...x.shape.slice(axis + 1)];
  return g.add("Gather", [x, ids], shape, { attributes: { axis } });
}

/** GatherND takes its places from the first axis after the batch: only that one is offered. */
function gatherInBatches(g: Graph, x: Value, ids: Value, axis: number, batchDims: number): Value {
  if (axis === batchDims) {
    const places = reshape(g, cast(g, ids, "int64"), [...ids.shape, 1]);
    const shape = [...ids.shape, ...x.shape.slice(axis + 1)];
    return g.add("GatherND", [x, g.full(places)], shape, { attributes: { batch_dims: batchDims } });
  }
  // Otherwise: one flat list of rows, each place moved by where its batch begins.
  const outer = x.shape.slice(0, batchDims);
  const middle = x.shape.slice(batchDims, axis);
  const n = x.shape[axis]!;
  const rest = x.shape.slice(axis + 1);
  const starts = g.constant(
    "int32",
    [...outer, ...middle, ...ids.shape.slice(batchDims).map(() => 1)],
    Int32Array.from({ length: sizeOf(outer) * sizeOf(middle) }, (_, i) => i * n),
  );
  const spread = reshape(g, ids, [...outer, ...middle.map(() => 1), ...ids.shape.slice(batchDims)]);
  const places = g.full(g.elementwise("Add", [starts, spread]));
  return gather(g, reshape(g, x, [sizeOf(outer) * sizeOf(middle) * n, ...rest]), places, 0);
}

/**
 * Adds updates to zeros at the given places, in the order of the updates. It does not use ScatterND, because ONNX Runtime adds in several threads
 * without a lock there, and loses additions when two threads share a place. Its ScatterElements uses one thread.
 */
export function scatterAdd(g: Graph, shape: Shape, places: Value, updates: Value): Value {
  const depth = places.shape.at(-1)!;
  const count = sizeOf(places.shape.slice(0, -1));
  const rows = sizeOf(shape.slice(0, depth));
  const width = sizeOf(shape.slice(depth));
  const zeros = g.full(g.constant(updates.dtype, [rows, width], updates.dtype === "int32" ? Int32Array.of(0) : Float32Array.of(0)));
  const ids = reshape(g, fromZero(g, rowIds(g, shape.slice(0, depth), reshape(g, places, [count, depth]))), [count, 1]);
  const spread = g.add("Expand", [ids, g.ints([count, width])], [count, width]);
  const each = g.full(reshape(g, updates, [count, width]));
  const sums = g.add("ScatterElements", [zeros, spread, each], [rows, width], { attributes: { axis: 0, reduction: "add" } });
  return reshape(g, sums, shape);
}

/** Places [count, depth] as numbers of rows, when all before the last axis are laid out one after the other. */
function rowIds(g: Graph, sizes: Shape, places: Value): Value {
  if (sizes.length === 1) return places;
  const strides = sizes.map((_, i) => sizeOf(sizes.slice(i + 1)));
  const scaled = g.elementwise("Mul", [places, g.constant("int32", [sizes.length], Int32Array.from(strides))]);
  return reduce(g, "ReduceSum", scaled, [1], false);
}

function topK(g: Graph, x: Value, k: number, sorted: boolean): Value[] {
  const shape = [...x.shape.slice(0, -1), k];
  const outputs = [x.dtype, "int64" as const].map((dtype) => ({ dtype, shape, stored: shape }));
  const [values, places] = g.addMany("TopK", [x, g.ints([k])], outputs, { axis: -1, sorted: sorted ? 1 : 0 }) as [Value, Value];
  return [values, cast(g, places, "int32")];
}

/** ONNX Runtime divides by the number of rows, which ends the process when there are none. */
function withOneMore(g: Graph, x: Value): Value {
  const none = x.shape.map(() => 0);
  return pad(g, x, none, none.with(0, 1));
}

const withoutLast = (g: Graph, results: readonly Value[]): Value[] =>
  results.map((result) =>
    slice(
      g,
      result,
      result.shape.map(() => 0),
      [result.shape[0]! - 1, ...result.shape.slice(1)],
    ),
  );
