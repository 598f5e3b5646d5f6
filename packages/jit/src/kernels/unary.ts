import type * as tf from "@tensorflow/tfjs";
import { add, cast, compare, div, mul, sub, unary as one, where } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { lazyKernel, type Kernel, type Kernels } from "./kernel.js";

type Emit = (g: Graph, x: Value) => Value;

const row = (emit: Emit) => lazyKernel<"x">((g, { x }) => emit(g, x));
/** A function of real numbers: whole numbers are converted first, as the cpu backend does. */
const real = (emit: Emit) => row((g, x) => emit(g, cast(g, x, "float32")));
const node = (op: string) => real((g, x) => one(g, op, x));
/** Keeps the type of its operand. */
const kept = (op: string) => row((g, x) => one(g, op, x));
const test = (op: string) => real((g, x) => g.elementwise(op, [x], { dtype: "bool" }));

/** One operand, element by element. */
export const unary: Kernels = {
  Identity: row((_, x) => x),
  Cast: lazyKernel<"x", tf.CastAttrs>((g, { x }, { dtype }) => cast(g, x, dtype as Value["dtype"])),
  ZerosLike: row((g, x) => constantLike(g, x, 0)),
  OnesLike: row((g, x) => constantLike(g, x, 1)),
  ...Object.fromEntries(["Abs", "Neg", "Sign", "Relu"].map((op): [string, Kernel] => [op, kept(op)])),
  ...Object.fromEntries(
    ["Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Cos", "Cosh", "Sin", "Sinh", "Tan", "Tanh", "Ceil", "Floor"].map(
      (op): [string, Kernel] => [op, node(op)],
    ),
  ),
  ...Object.fromEntries(
    ["Erf", "Exp", "Log", "Reciprocal", "Sigmoid", "Softplus", "Sqrt", "Elu", "Selu"].map((op): [string, Kernel] => [op, node(op)]),
  ),
  Rsqrt: real((g, x) => one(g, "Reciprocal", one(g, "Sqrt", x))),
  Square: row((g, x) => mul(g, x, x)),
  Round: row((g, x) => (x.dtype === "float32" ? one(g, "Round", x) : x)),
  Relu6: row((g, x) => cast(g, clip(g, cast(g, x, "float32"), 0, 6), x.dtype)),
  ClipByValue: lazyKernel<"x", tf.ClipByValueAttrs>((g, { x }, { clipValueMin, clipValueMax }) => clip(g, x, clipValueMin, clipValueMax)),
  LeakyRelu: lazyKernel<"x", tf.LeakyReluAttrs>((g, { x }, { alpha }) =>
    g.elementwise("LeakyRelu", [cast(g, x, "float32")], { attributes: { alpha: { float: alpha } } }),
  ),
  Prelu: lazyKernel<"x" | "alpha">((g, { x, alpha }) => where(g, compare(g, "Greater", x, g.number("float32", 0)), x, mul(g, x, alpha))),
  Step: lazyKernel<"x", tf.StepAttrs>((g, { x }, { alpha }) => cast(g, step(g, cast(g, x, "float32"), alpha), x.dtype)),
  IsNan: test("IsNaN"),
  IsInf: test("IsInf"),
  IsFinite: real((g, x) => {
    const bad = g.elementwise("Or", [g.elementwise("IsNaN", [x], { dtype: "bool" }), g.elementwise("IsInf", [x], { dtype: "bool" })]);
    return one(g, "Not", bad);
  }),
  LogicalNot: row((g, x) => one(g, "Not", cast(g, x, "bool"))),
  Log1p: real(log1p),
  Expm1: real(expm1),
  EluGrad: lazyKernel<"dy" | "y">((g, { dy, y }) => {
    const slope = where(
      g,
      compare(g, "GreaterOrEqual", y, g.number("float32", 0)),
      g.number("float32", 1),
      add(g, y, g.number("float32", 1)),
    );
    return mul(g, dy, slope);
  }),
};

function constantLike(g: Graph, x: Value, value: number): Value {
  return g.constant(
    x.dtype,
    x.shape,
    x.dtype === "float32" ? Float32Array.of(value) : x.dtype === "bool" ? Uint8Array.of(value) : Int32Array.of(value),
  );
}

/** Bounds beyond the range of int32 are its ends. */
export function clip(g: Graph, x: Value, low: number, high: number): Value {
  const bound = (value: number) => g.number(x.dtype, x.dtype === "int32" ? Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), value)) : value);
  return g.elementwise("Clip", [x, bound(low), bound(high)]);
}

const steepest = 3.4e38;

/** 1 above zero, alpha elsewhere, NaN stays. Of a Relu's output it is min(1, steepest x): one pass on all threads, where comparing takes three. */
function step(g: Graph, x: Value, alpha: number): Value {
  if (alpha === 0 && g.producer(x)?.op === "Relu")
    return g.elementwise("HardSigmoid", [x], { attributes: { alpha: { float: steepest }, beta: { float: 0 } } });
  const below = where(g, g.elementwise("IsNaN", [x], { dtype: "bool" }), x, g.number("float32", alpha));
  return where(g, compare(g, "Greater", x, g.number("float32", 0)), g.number("float32", 1), below);
}

/** Kahan's log(1 + x): exact where 1 + x loses digits. u = 1 + x; x if u = 1, else log(u) x / (u - 1). Infinity stays. */
function log1p(g: Graph, x: Value): Value {
  const unit = g.number("float32", 1);
  const u = add(g, x, unit);
  const rest = sub(g, u, unit);
  const log = one(g, "Log", u);
  const small = compare(g, "Equal", rest, g.number("float32", 0));
  const corrected = where(g, small, x, mul(g, log, div(g, x, rest)));
  return where(g, compare(g, "Equal", x, g.number("float32", Infinity)), x, corrected);
}

/** exp(x) - 1 as tanh(x / 2) (exp(x) + 1). */
function expm1(g: Graph, x: Value): Value {
  const tanh = one(g, "Tanh", mul(g, x, g.number("float32", 0.5)));
  return mul(g, tanh, add(g, one(g, "Exp", x), g.number("float32", 1)));
}
