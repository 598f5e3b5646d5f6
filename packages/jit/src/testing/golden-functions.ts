import * as tf from "@tensorflow/tfjs";
import { type Tensors } from "../index.js";
import { gelu, layerNorm, resizeBilinear } from "../nn.js";

/** One case of ops.json. */
export interface GoldenCase {
  readonly name: string;
  readonly op: string;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, number[]>>;
  readonly outputs: Readonly<Record<string, number[]>>;
  readonly gradients: boolean;
  readonly float32_relative_error: number;
}

type T = tf.Tensor;
type Pad = Parameters<typeof tf.conv2d>[3];
/** Inputs in the order of the case, then its attributes: what the case computes, written with TF.js. */
type Golden = (inputs: T[], attrs: never) => T | T[];

const unary =
  (fn: (x: T) => T): Golden =>
  ([x]) =>
    fn(x!);
const binary =
  (fn: (a: T, b: T) => T): Golden =>
  ([a, b]) =>
    fn(a!, b!);
const padding = (pad: Pad | [number, number][]) =>
  (Array.isArray(pad) && pad.length === 2 ? [[0, 0], ...pad, [0, 0]] : pad) as Pad & "same";
type Window = { filterSize: [number, number]; strides: [number, number]; pad: Pad; dilations: number };
type Reduce = { axis?: number | number[]; keepDims?: boolean };
type Resize = { size: [number, number]; alignCorners: boolean; halfPixelCenters: boolean };
const reduce =
  (fn: (x: T, axis?: number | number[], keepDims?: boolean) => T) =>
  ([x]: T[], { axis, keepDims }: Reduce) =>
    fn(x!, axis, keepDims);

const table: Record<string, Golden> = {
  matMul: ([a, b], { transposeA, transposeB }: { transposeA?: boolean; transposeB?: boolean }) => tf.matMul(a!, b!, transposeA, transposeB),
  linear: ([x, w, b]) => tf.matMul(x!, w!, false, true).add(b!),
  einsum: ([a, b], { equation }: { equation: string }) => tf.einsum(equation, a!, b!),
  conv2d: ([x, w], { strides, pad, dilations }: Window) =>
    tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, padding(pad), "NHWC", dilations),
  depthwiseConv2d: ([x, w], { strides, pad, dilations }: Window) =>
    tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, padding(pad), "NHWC", dilations),
  conv2dTranspose: ([x, w], { strides, pad, outputShape }: Window & { outputShape: [number, number, number, number] }) =>
    tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, outputShape, strides, pad),
  maxPool: ([x], { filterSize, strides, pad }: Window) => tf.maxPool(x as tf.Tensor4D, filterSize, strides, pad),
  avgPool: ([x], { filterSize, strides, pad }: Window) => tf.avgPool(x as tf.Tensor4D, filterSize, strides, pad),
  resizeBilinear: ([x], { size, alignCorners, halfPixelCenters }: Resize) =>
    tf.image.resizeBilinear(x as tf.Tensor4D, size, alignCorners, halfPixelCenters),
  resizeBilinearOurs: ([x], { size }: Resize) => resizeBilinear(x as tf.Tensor4D, size),
  resizeNearestNeighbor: ([x], { size, alignCorners, halfPixelCenters }: Resize) =>
    tf.image.resizeNearestNeighbor(x as tf.Tensor4D, size, alignCorners, halfPixelCenters),
  mean: reduce(tf.mean),
  sum: reduce(tf.sum),
  max: reduce(tf.max),
  min: reduce(tf.min),
  prod: reduce(tf.prod),
  norm: ([x], { axis, keepDims }: Reduce) => tf.norm(x!, "euclidean", axis, keepDims),
  layerNorm: ([x, gamma, beta], { epsilon }: { epsilon: number }) => layerNorm({ weight: gamma!, bias: beta! }, x!, epsilon),
  batchNorm: ([x, mean, variance, gamma, beta], { epsilon }: { epsilon: number }) =>
    tf.batchNorm4d(x as tf.Tensor4D, mean as tf.Tensor1D, variance as tf.Tensor1D, beta as tf.Tensor1D, gamma as tf.Tensor1D, epsilon),
  moments: ([x], { axis, keepDims }: Reduce) => {
    const { mean, variance } = tf.moments(x!, axis, keepDims);
    return [mean, variance];
  },
  softmax: ([x, mask]) => tf.softmax(mask ? x!.add(mask) : x!),
  logSoftmax: unary((x) => tf.logSoftmax(x)),
  logSumExp: reduce(tf.logSumExp),
  crossEntropy: ([logits, labels]) => labels!.mul(tf.logSoftmax(logits!)).sum(-1).mean().neg(),
  gelu: unary(gelu),
  geluTanh: unary((x) => x.mul(0.5).mul(tf.tanh(x.add(x.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI))).add(1))),
  silu: unary((x) => x.mul(tf.sigmoid(x))),
  sigmoid: unary(tf.sigmoid),
  logSigmoid: unary(tf.logSigmoid),
  softplus: unary(tf.softplus),
  elu: unary(tf.elu),
  selu: unary(tf.selu),
  tanh: unary(tf.tanh),
  erf: unary(tf.erf),
  square: unary(tf.square),
  sin: unary(tf.sin),
  cos: unary(tf.cos),
  leakyRelu: ([x], { alpha }: { alpha: number }) => tf.leakyRelu(x!, alpha),
  relu6: unary(tf.relu6),
  neg: unary(tf.neg),
  relu: unary(tf.relu),
  abs: unary(tf.abs),
  exp: unary(tf.exp),
  expm1: unary(tf.expm1),
  log: unary(tf.log),
  log1p: unary(tf.log1p),
  sqrt: unary(tf.sqrt),
  rsqrt: unary(tf.rsqrt),
  reciprocal: unary(tf.reciprocal),
  rounding: ([x]) => [tf.round(x!), tf.floor(x!), tf.ceil(x!), tf.sign(x!)],
  add: binary(tf.add),
  sub: binary(tf.sub),
  mul: binary(tf.mul),
  div: binary(tf.div),
  squared_difference: binary(tf.squaredDifference),
  maximum: binary(tf.maximum),
  minimum: binary(tf.minimum),
  atan2: binary(tf.atan2),
  pow: ([a, b], { exponent }: { exponent?: number }) => tf.pow(a!, b ?? tf.scalar(exponent!)),
  argMax: ([x], { axis }: { axis: number }) => [tf.argMax(x!, axis), tf.argMin(x!, axis)],
  clipByValue: ([x], { min, max }: { min: number; max: number }) => tf.clipByValue(x!, min, max),
  where: ([c, a, b]) => {
    if (a) return tf.where(c!.cast("bool"), a, b!);
    const x = c!;
    const positive = x.greater(0);
    return tf.where(positive, tf.sqrt(tf.where(positive, x, tf.onesLike(x))), tf.zerosLike(x));
  },
  gather: ([x, idx], { axis }: { axis: number }) => tf.gather(x!, idx!, axis),
  gatherND: ([x, idx]) => tf.gatherND(x!, idx!),
  oneHot: ([idx], { depth }: { depth: number }) => tf.oneHot(idx!, depth, 1, 0, "float32"),
  slice: ([x], { begin, size }: { begin: number[]; size: number[] }) => tf.slice(x!, begin, size),
  stridedSlice: ([x], { begin, end, strides }: Record<"begin" | "end" | "strides", number[]>) => tf.stridedSlice(x!, begin, end, strides),
  pad: ([x], { paddings, constantValue }: { paddings: [number, number][]; constantValue: number }) => tf.pad(x!, paddings, constantValue),
  mirrorPad: ([x], { paddings, mode }: { paddings: [number, number][]; mode: "reflect" }) => tf.mirrorPad(x!, paddings, mode),
  concat: (inputs, { axis }: { axis: number }) => tf.concat(inputs, axis),
  stack: (inputs, { axis }: { axis: number }) => tf.stack(inputs, axis),
  split: ([x], { sizes, axis }: { sizes: number[]; axis: number }) => tf.split(x!, sizes, axis),
  unstack: ([x], { axis }: { axis: number }) => tf.unstack(x!, axis),
  tile: ([x], { reps }: { reps: number[] }) => tf.tile(x!, reps),
  broadcastTo: ([x], { shape }: { shape: number[] }) => tf.broadcastTo(x!, shape),
  transpose: ([x], { perm }: { perm: number[] }) => tf.transpose(x!, perm),
  reverse: ([x], { axis }: { axis: number }) => tf.reverse(x!, axis),
  reshape: ([x], { shape }: { shape: number[] }) => tf.reshape(x!, shape),
  depthToSpace: ([x], { blockSize }: { blockSize: number }) => tf.depthToSpace(x as tf.Tensor4D, blockSize, "NHWC"),
  cumsum: ([x], { axis, exclusive, reverse }: { axis: number; exclusive: boolean; reverse: boolean }) =>
    tf.cumsum(x!, axis, exclusive, reverse),
  topk: ([x], { k }: { k: number }) => {
    const { values, indices } = tf.topk(x!, k);
    return [values, indices];
  },
  l2Normalize: ([x], { axis, epsilon }: { axis: number; epsilon?: number }) =>
    x!.div(
      tf.sqrt(
        x!
          .square()
          .sum(axis, true)
          .add(epsilon ?? 0),
      ),
    ),
  mse: ([a, b]) => a!.sub(b!).square().mean(),
  attention: ([q, k, v, mask]) => tf.matMul(tf.softmax(tf.matMul(q!, k!, false, true).mul(0.5).add(mask!)), v!),
  chain: ([x, w]) => {
    const y = tf.matMul(x!, w!);
    return tf.tanh(y).mul(y).sum(1).add(x!.sum(1).square());
  },
};

/** The case as a traced function: `out`, `out1`, .. and, when it has gradients, `grad.<input>` of the sum of out * dy. */
export function goldenFunction(golden: GoldenCase): (inputs: Tensors) => Tensors {
  const names = Object.keys(golden.inputs);
  const compute = table[golden.op]!;
  const outputs = (tensors: T[]) => [compute(tensors, golden.attrs as never)].flat();
  const named = (list: T[]) => Object.fromEntries(list.map((t, i) => [`out${i || ""}`, t]));
  return (inputs) => {
    const tensors = names.map((name) => inputs[name]!);
    const results = named(outputs(tensors));
    if (!golden.gradients) return results;
    const floats = names.filter((name) => inputs[name]?.dtype === "float32");
    const total = (...xs: T[]) => {
      const list = outputs(names.map((name) => xs[floats.indexOf(name)] ?? inputs[name]!));
      const terms = list.flatMap((out, i) => (inputs[`dy${i || ""}`] ? [out.mul(inputs[`dy${i || ""}`]!).sum()] : []));
      return tf.addN(terms);
    };
    const grads = tf.grads(total)(floats.map((name) => inputs[name]!));
    return { ...results, ...Object.fromEntries(floats.map((name, i) => [`grad.${name}`, grads[i]!])) };
  };
}
