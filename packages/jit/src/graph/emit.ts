import { onnxType } from "@ltad/onnx";
import type { Graph, GraphType, Value } from "./graph.js";
import { range, reducedShape, sameShape, sizeOf, type Shape } from "./shape.js";

// The functions that kernels are written with. Each appends at most a few nodes. Operands must be full, except for elementwise functions.

const isSplat = (x: Value) => sizeOf(x.stored) === 1;

/** A splat under another shape: the same single number. */
export function resplat(g: Graph, x: Value, shape: Shape): Value {
  const number = g.constants.get(x);
  if (number && !g.names.has(x)) return g.constant(x.dtype, shape, number);
  if (x.stored.length <= shape.length) return g.add("Identity", [x], shape, { stored: x.stored });
  return g.add("Reshape", [x, g.ints([])], shape, { stored: [] });
}

export function reshape(g: Graph, x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  if (isSplat(x) && sizeOf(shape) !== 1) return resplat(g, x, shape);
  return g.add("Reshape", [g.full(x), g.ints(shape)], shape, shape.includes(0) ? { attributes: { allowzero: 1 } } : {});
}

export function transpose(g: Graph, x: Value, perm: readonly number[]): Value {
  const shape = perm.map((p) => x.shape[p]!);
  if (perm.every((p, i) => p === i)) return x;
  if (isSplat(x)) return resplat(g, x, shape);
  // An axis of length 1 moved past others changes no order in memory.
  const moved = perm.filter((p) => x.shape[p] !== 1);
  if (moved.every((p, i) => i === 0 || p > moved[i - 1]!)) return reshape(g, g.full(x), shape);
  return g.add("Transpose", [g.full(x)], shape, { attributes: { perm } });
}

/** begin and size as in tf.slice. */
export function slice(g: Graph, x: Value, begin: readonly number[], size: readonly number[]): Value {
  const axes = range(0, x.shape.length).filter((i) => begin[i] !== 0 || size[i] !== x.shape[i]);
  if (axes.length === 0) return x;
  if (isSplat(x)) return resplat(g, x, size);
  const starts = axes.map((i) => begin[i]!);
  const ends = axes.map((i) => begin[i]! + size[i]!);
  return g.add("Slice", [g.full(x), g.ints(starts), g.ints(ends), g.ints(axes)], size);
}

/** Pads the ends of axes; a negative number crops. */
export function pad(g: Graph, x: Value, before: readonly number[], after: readonly number[], fill?: Value): Value {
  if ([...before, ...after].every((n) => n === 0)) return x;
  const shape = x.shape.map((n, i) => n + before[i]! + after[i]!);
  return g.add("Pad", [g.full(x), g.ints([...before, ...after]), fill ?? g.number(x.dtype, 0)], shape);
}

export function cast(g: Graph, x: Value, dtype: GraphType): Value {
  if (x.dtype === dtype) return x;
  return g.add("Cast", [x], x.shape, { dtype, stored: x.stored, attributes: { to: onnxType[dtype] } });
}

/** One of ONNX's reductions with the axes as an input (opset 18 and later). */
export function reduce(g: Graph, op: string, x: Value, axes: readonly number[], keepDims: boolean): Value {
  if (axes.length === 0) return x;
  const shape = reducedShape(x.shape, axes, keepDims);
  return g.add(op, [g.full(x), g.ints(axes)], shape, { attributes: { keepdims: keepDims ? 1 : 0 } });
}

/** Matrix product over the last two axes, the others broadcast. */
export function matMul(g: Graph, a: Value, b: Value): Value {
  const batch = (v: Value) => v.shape.slice(0, -2);
  const [x, y] = [batch(a), batch(b)];
  const rank = Math.max(x.length, y.length);
  const outer = range(0, rank).map((i) => {
    const n = x[i - rank + x.length] ?? 1;
    return n === 1 ? (y[i - rank + y.length] ?? 1) : n;
  });
  return g.add("MatMul", [g.full(a), g.full(b)], [...outer, a.shape.at(-2)!, b.shape.at(-1)!]);
}

export const unary = (g: Graph, op: string, x: Value) => g.elementwise(op, [x]);
export const add = (g: Graph, a: Value, b: Value) => g.elementwise("Add", [a, b]);
export const sub = (g: Graph, a: Value, b: Value) => g.elementwise("Sub", [a, b]);
export const mul = (g: Graph, a: Value, b: Value) => g.elementwise("Mul", [a, b]);
export const div = (g: Graph, a: Value, b: Value) => g.elementwise("Div", [a, b]);
export const where = (g: Graph, c: Value, a: Value, b: Value) => g.elementwise("Where", [c, a, b], { dtype: a.dtype });
export const compare = (g: Graph, op: string, a: Value, b: Value) => g.elementwise(op, [a, b], { dtype: "bool" });

/** TensorProto.DataType */
