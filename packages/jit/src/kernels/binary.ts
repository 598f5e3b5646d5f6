import { add, cast, compare, div, mul, sub, unary as one, where } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { broadcast, sameShape } from "../graph/shape.js";
import { lazyKernel, listed, type Kernel, type Kernels } from "./kernel.js";

type Emit = (g: Graph, a: Value, b: Value) => Value;
const row = (emit: Emit) => lazyKernel<"a" | "b">((g, { a, b }) => emit(g, a, b));
const node = (op: string) => row((g, a, b) => g.elementwise(op, [a, b]));
/** Orders have no bool form in ONNX. */
const order = (op: string) => row((g, a, b) => compare(g, op, notBool(g, a), notBool(g, b)));
const logical = (op: string) => row((g, a, b) => compare(g, op, cast(g, a, "bool"), cast(g, b, "bool")));
const rows = (entries: Record<string, string>, make: (op: string) => Kernel): Kernels =>
  Object.fromEntries(Object.entries(entries).map(([name, op]) => [name, make(op)]));

/** Two or more operands that broadcast. */
export const binary: Kernels = {
  Add: row((g, a, b) => (isNumber(g, a, 0, b) ? b : isNumber(g, b, 0, a) ? a : add(g, a, b))),
  Sub: row((g, a, b) => (isNumber(g, b, 0, a) ? a : sub(g, a, b))),
  Multiply: row((g, a, b) => {
    if (a.dtype === "bool") return compare(g, "And", a, b);
    return isNumber(g, a, 1, b) ? b : isNumber(g, b, 1, a) ? a : mul(g, a, b);
  }),
  RealDiv: row((g, a, b) => (isNumber(g, b, 1, a) ? a : div(g, a, b))),
  Pow: node("Pow"),
  Maximum: row((g, a, b) => (a.dtype === "bool" ? compare(g, "Or", a, b) : g.elementwise("Max", [a, b]))),
  Minimum: row((g, a, b) => (a.dtype === "bool" ? compare(g, "And", a, b) : g.elementwise("Min", [a, b]))),
  ...rows({ Greater: "Greater", GreaterEqual: "GreaterOrEqual", Less: "Less", LessEqual: "LessOrEqual" }, order),
  ...rows({ LogicalAnd: "And", LogicalOr: "Or", LogicalXor: "Xor" }, logical),
  Equal: row((g, a, b) => compare(g, "Equal", a, b)),
  NotEqual: row((g, a, b) => one(g, "Not", compare(g, "Equal", a, b))),
  BitwiseAnd: node("BitwiseAnd"),
  AddN: lazyKernel((g, inputs) => listed(inputs).reduce((a, b) => add(g, a, b))),
  SquaredDifference: row((g, a, b) => {
    const difference = sub(g, a, b);
    return mul(g, difference, difference);
  }),
  FloorDiv: row(floorDiv),
  Mod: row((g, a, b) => (a.dtype === "int32" ? g.elementwise("Mod", [a, b]) : remainder(g, a, b))),
  Atan2: row(atan2),
  Select: lazyKernel<"condition" | "t" | "e">((g, { condition, t, e }) => where(g, cast(g, condition, "bool"), t, e)),
};

/** True for the constant 0 or 1 that changes nothing of the other operand: gradients are full of them. */
function isNumber(g: Graph, x: Value, value: number, other: Value): boolean {
  const data = g.constants.get(x);
  return data?.length === 1 && data[0] === value && sameShape(broadcast(x.shape, other.shape), other.shape);
}

const notBool = (g: Graph, x: Value) => (x.dtype === "bool" ? cast(g, x, "int32") : x);

/** The exact remainder with the sign of b; a - b floor(a / b) would lose the digits that the quotient has too many. */
function remainder(g: Graph, a: Value, b: Value): Value {
  const rest = (x: Value) => g.elementwise("Mod", [x, b], { attributes: { fmod: 1 } }); // with the sign of x
  const zero = g.number("float32", 0);
  const opposite = compare(g, "Xor", compare(g, "Less", a, zero), compare(g, "Less", b, zero));
  const own = rest(a);
  return where(g, opposite, rest(add(g, own, b)), own);
}

/** Division rounded down to whole numbers, as int32 like the cpu backend; ONNX rounds whole numbers towards zero. */
function floorDiv(g: Graph, a: Value, b: Value): Value {
  if (a.dtype !== "int32") {
    const whole = one(g, "Round", div(g, sub(g, a, remainder(g, a, b)), b)); // the quotient itself may round up to the next whole number
    return cast(g, where(g, compare(g, "Equal", b, g.number("float32", 0)), g.number("float32", 0), whole), "int32");
  }
  const quotient = div(g, a, b);
  const back = mul(g, quotient, b);
  const uneven = one(g, "Not", compare(g, "Equal", back, a));
  const zero = g.number("int32", 0);
  const opposite = compare(g, "Xor", compare(g, "Less", a, zero), compare(g, "Less", b, zero));
  return where(g, compare(g, "And", uneven, opposite), sub(g, quotient, g.number("int32", 1)), quotient);
}

/** The angle of (b, a): atan(a / b), moved by the quadrant. Of two infinities the signs count, and NaN stays. */
function atan2(g: Graph, y: Value, x: Value): Value {
  const n = (value: number) => g.number("float32", value);
  const isInfinite = (v: Value) => g.elementwise("IsInf", [v], { dtype: "bool" });
  const both = compare(g, "And", isInfinite(y), isInfinite(x));
  const a = where(g, both, one(g, "Sign", y), y);
  const b = where(g, both, one(g, "Sign", x), x);
  const angle = one(g, "Atan", div(g, a, b));
  const up = compare(g, "GreaterOrEqual", a, n(0));
  const left = add(g, angle, where(g, up, n(Math.PI), n(-Math.PI)));
  const level = mul(g, a, n(0));
  const upright = where(g, compare(g, "Greater", a, n(0)), n(Math.PI / 2), where(g, compare(g, "Less", a, n(0)), n(-Math.PI / 2), level));
  const vertical = compare(g, "Equal", b, n(0));
  return where(g, vertical, upright, where(g, compare(g, "Greater", b, n(0)), angle, left));
}
