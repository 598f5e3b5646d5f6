import type * as tf from "@tensorflow/tfjs";
import { cast, compare, matMul, mul, reduce, reshape, resplat, transpose, where } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { axesOf, range, reducedShape, sizeOf } from "../graph/shape.js";
import { kernel, lazyKernel, type Kernels } from "./kernel.js";

type Axes = { axis?: number | number[]; reductionIndices?: number | number[]; keepDims: boolean };

const row = (op: string, prepare: (g: Graph, x: Value) => Value = (_, x) => x) =>
  kernel<"x", Axes>((g, { x }, { axis, reductionIndices, keepDims }) =>
    reduce(g, op, prepare(g, x), axesOf(axis ?? reductionIndices, x.shape.length), keepDims),
  );
/** TF.js propagates a NaN, but the reductions of ONNX Runtime ignore it in some positions. */
const extreme = (op: string) =>
  kernel<"x", Axes>((g, { x }, { axis, reductionIndices, keepDims }) => {
    const axes = axesOf(axis ?? reductionIndices, x.shape.length);
    if (x.dtype === "bool") return truthOf(g, op, x, axes, keepDims);
    const result = reduce(g, op, x, axes, keepDims);
    if (x.dtype !== "float32" || axes.length === 0) return result;
    const isNaN = cast(g, g.elementwise("IsNaN", [x], { dtype: "bool" }), "float32");
    const any = compare(g, "Greater", reduce(g, "ReduceMax", isNaN, axes, keepDims), g.number("float32", 0));
    return where(g, any, g.number("float32", Number.NaN), result);
  });
/** ONNX has no reductions over booleans: `any` is the largest and `all` the smallest. Over no elements, the largest is the least number of the type. */
const truth = (op: string) =>
  kernel<"x", Axes>((g, { x }, { axis, keepDims }) => truthOf(g, op, x, axesOf(axis, x.shape.length), keepDims));
const index = (op: string) =>
  kernel<"x", { axis: number }>((g, { x }, { axis }) => {
    const [a] = axesOf(axis, x.shape.length) as [number];
    const found = g.add(op, [notBool(g, x)], reducedShape(x.shape, [a], false), { dtype: "int64", attributes: { axis: a, keepdims: 0 } });
    return cast(g, found, "int32");
  });

/** Over axes. */
export const reductions: Kernels = {
  Sum: lazyKernel<"x", Axes>((g, { x }, { axis, keepDims }) => sum(g, x, axesOf(axis, x.shape.length), keepDims)),
  Mean: row("ReduceMean", (g, x) => cast(g, x, "float32")),
  Max: extreme("ReduceMax"),
  Min: extreme("ReduceMin"),
  Prod: row("ReduceProd"),
  Any: truth("ReduceMax"),
  All: truth("ReduceMin"),
  ArgMax: index("ArgMax"),
  ArgMin: index("ArgMin"),
  Cumsum: kernel<"x", tf.CumsumAttrs>((g, { x }, { axis, exclusive, reverse }) => {
    const attributes = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 };
    return g.add("CumSum", [notBool(g, x), g.number("int32", axesOf(axis, x.shape.length)[0]!)], x.shape, { attributes });
  }),
  Cumprod: kernel<"x", tf.CumprodAttrs>((g, { x }, { axis, exclusive, reverse }) =>
    cumprod(g, x, axesOf(axis, x.shape.length)[0]!, exclusive, reverse),
  ),
};

function truthOf(g: Graph, op: string, x: Value, axes: readonly number[], keepDims: boolean): Value {
  return compare(g, "Greater", reduce(g, op, cast(g, x, "int32"), axes, keepDims), g.number("int32", 0));
}

const notBool = (g: Graph, x: Value) => (x.dtype === "bool" ? cast(g, x, "int32") : x);

/** A sum. If the operand repeats one number, it is a product with the count; a sum of squares is one node. */
function sum(g: Graph, x: Value, axes: readonly number[], keepDims: boolean): Value {
  const shape = reducedShape(x.shape, axes, keepDims);
  if (sizeOf(x.stored) === 1 && sizeOf(x.shape) > 1 && sizeOf(shape) > 0) {
    const times = axes.reduce((n, a) => n * x.shape[a]!, 1);
    return resplat(g, mul(g, x, g.number(x.dtype, times)), shape);
  }
  const producer = g.producer(x);
  const [a, b] = producer?.inputs ?? [];
  if (producer?.op === "Mul" && a && a === b && x.dtype === "float32" && axes.length > 0)
    return g.add("ReduceSumSquare", [g.full(a), g.ints(axes)], shape, { attributes: { keepdims: keepDims ? 1 : 0 } });
  return !g.hasFreeBatch && isColumnSum(x, axes) ? columnSum(g, x, axes, shape) : reduce(g, "ReduceSum", x, axes, keepDims);
}

const worthwhile = 64; // rows and columns

/** True for a sum over all axes but the last that is large enough for {@link columnSum}. A free batch has no fixed size, so the answer is false. */
function isColumnSum(x: Value, axes: readonly number[]): boolean {
  const columns = x.shape.at(-1)!;
  return (
    x.dtype === "float32" &&
    axes.length === x.shape.length - 1 &&
    !axes.includes(axes.length) &&
    columns >= worthwhile &&
    sizeOf(x.shape) >= worthwhile * columns
  );
}

/** The gradient of a bias. A product with a row of ones uses all threads, while ReduceSum over rows uses one. */
function columnSum(g: Graph, x: Value, axes: readonly number[], shape: readonly number[]): Value {
  const columns = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / columns;
  const ones = g.full(g.constant("float32", [1, rows], Float32Array.of(1)));
  return reshape(g, matMul(g, ones, reshape(g, x, [rows, columns])), shape);
}

/** ONNX has no cumulative product in opset 19. Along an axis of n, this is the product of n x n copies, of which a triangle is replaced by ones. */
function cumprod(g: Graph, x: Value, axis: number, exclusive: boolean, reverse: boolean): Value {
  const rank = x.shape.length;
  const n = x.shape[axis]!;
  const last = transpose(g, x, [...range(0, rank).filter((i) => i !== axis), axis]);
  const rows = range(0, n).flatMap((to) =>
    range(0, n).map((from) => ((reverse ? from >= to : from <= to) && !(exclusive && from === to) ? 1 : 0)),
  );
  const mask = g.constant("bool", [n, n], Uint8Array.from(rows));
  const outer = last.shape.slice(0, -1);
  const spread = g.add("Unsqueeze", [g.full(last), g.ints([rank - 1])], [...outer, 1, n]);
  const masked = g.elementwise("Where", [mask, spread, g.number("float32", 1)], { dtype: x.dtype });
  const product = reduce(g, "ReduceProd", masked, [rank], false);
  const back = range(0, rank - 1);
  return transpose(g, product, [...back.slice(0, axis), rank - 1, ...back.slice(axis)]);
}
