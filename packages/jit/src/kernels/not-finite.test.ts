import { float32 } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { jit, type Tensors } from "../index.js";
import { gelu, layerNorm } from "../nn.js";

// NaN and infinity go through the compiled graph as through eager TF.js on its cpu backend. One exception: the sign of NaN is NaN, as in
// TensorFlow; the cpu backend says 0.

type T = tf.Tensor;
const odd = [Number.NaN, Infinity, -Infinity, 0, -1.5, 2, 1e30, -1e30];
const n = odd.length;
const x = float32([n], odd);
const row = float32(
  [n, n],
  odd.flatMap((a) => odd.map(() => a)),
);
const column = float32(
  [n, n],
  odd.flatMap(() => odd),
);
/** Rows with one odd number among others, at each place. */
const among = float32(
  [n * 3, 3],
  odd.flatMap((a) => [a, 1, 2, 3, a, -1, 0.5, -2, a]),
);

const unary: Record<string, (x: T) => T> = {
  abs: tf.abs,
  neg: tf.neg,
  relu: tf.relu,
  relu6: tf.relu6,
  exp: tf.exp,
  sqrt: tf.sqrt,
  rsqrt: tf.rsqrt,
  square: tf.square,
  reciprocal: tf.reciprocal,
  sigmoid: tf.sigmoid,
  softplus: tf.softplus,
  tanh: tf.tanh,
  erf: tf.erf,
  elu: tf.elu,
  selu: tf.selu,
  floor: tf.floor,
  ceil: tf.ceil,
  round: tf.round,
  log: tf.log,
  log1p: tf.log1p,
  expm1: tf.expm1,
  sin: tf.sin,
  cos: tf.cos,
  atan: tf.atan,
  sinh: tf.sinh,
  cosh: tf.cosh,
  asinh: tf.asinh,
  isNaN: tf.isNaN,
  isInf: tf.isInf,
  isFinite: tf.isFinite,
  leakyRelu: (v) => tf.leakyRelu(v),
  step: (v) => tf.step(v),
  clip: (v) => tf.clipByValue(v, -1, 1),
  gelu,
  where: (v) => tf.where(v.greater(0), v, v.mul(2)),
  cumsum: (v) => tf.cumsum(v),
  "gradient of relu": (v) => tf.grad((w) => tf.relu(w).sum())(v),
  "gradient of square": (v) => tf.grad((w) => w.square().sum())(v),
};
const binary: Record<string, (a: T, b: T) => T> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  pow: tf.pow,
  squaredDifference: tf.squaredDifference,
  greater: tf.greater,
  lessEqual: tf.lessEqual,
  equal: tf.equal,
  notEqual: tf.notEqual,
  atan2: tf.atan2,
};
const reductions: Record<string, (x: T) => T> = {
  sum: (v) => v.sum(1),
  mean: (v) => v.mean(1),
  max: (v) => v.max(1),
  min: (v) => v.min(1),
  prod: (v) => v.prod(1),
  softmax: (v) => tf.softmax(v),
  logSoftmax: (v) => tf.logSoftmax(v),
  layerNorm: (v) => layerNorm({ weight: tf.ones([3]), bias: tf.zeros([3]) }, v),
  matMul: (v) => tf.matMul(v, tf.ones([3, 2])),
  maxPool: (v) => tf.maxPool(v.reshape<tf.Tensor4D>([1, n * 3, 3, 1]), [1, 3], 1, "valid"),
};

const programs: [string, (all: Tensors) => T][] = [
  ...Object.entries(unary).map(([name, fn]): [string, (all: Tensors) => T] => [name, (all) => fn(all["x"]!)]),
  ...Object.entries(binary).map(([name, fn]): [string, (all: Tensors) => T] => [name, (all) => fn(all["row"]!, all["column"]!)]),
  ...Object.entries(reductions).map(([name, fn]): [string, (all: Tensors) => T] => [name, (all) => fn(all["among"]!)]),
];

it.each(programs)("%s", async (_, fn) => {
  const inputs = { x, row, column, among };
  const run = async (engine: "onnx" | "tensorflow") => {
    const program = await jit((all) => ({ y: fn(all) }), inputs, { engine, threads: 1 });
    const { y } = await program.run(inputs);
    await program.dispose();
    return Array.from(y?.data ?? [], (v) =>
      Number.isFinite(v) ? (Math.abs(v) > 1e20 ? Math.sign(v) * 1e20 : Number(v.toPrecision(4))) : v,
    ).map((v) => v + 0);
  };
  expect(await run("onnx")).toEqual(await run("tensorflow"));
});

it("the sign of NaN is NaN", async () => {
  const program = await jit(({ x: v }) => ({ y: tf.sign(v) }), { x }, { threads: 1 });
  expect([...((await program.run({ x }))["y"]?.data ?? [])]).toEqual([Number.NaN, 1, -1, 0, -1, 1, 1, -1]);
  await program.dispose();
});
