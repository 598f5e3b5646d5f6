import { createRng, float32, int32, type NdArray } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { layerNorm } from "../nn.js";
import { imagePrograms } from "./image-programs.js";

type T = tf.Tensor;
const rng = createRng("kernels");
/** Inputs of every program. */
export const inputs = {
  a: float32([4, 5], rng.normals(20, 2)),
  b: float32([4, 5], rng.normals(20, 2)),
  row: float32([5], rng.normals(5)),
  unit: float32([4, 5], rng.uniforms(20, -0.95, 0.95)),
  above: float32([4, 5], rng.uniforms(20, 1.1, 3)),
  odd: float32([6], [Number.NaN, Infinity, -Infinity, 0, -1.5, 2]),
  i: int32(
    [4, 5],
    Array.from({ length: 20 }, (_, k) => ((k * 7) % 13) - 6),
  ),
  j: int32(
    [4, 5],
    Array.from({ length: 20 }, (_, k) => (k % 2 === 0 ? 1 : -1) * ((k % 4) + 1)),
  ),
  p: { dtype: "bool", shape: [4, 5], data: Uint8Array.from({ length: 20 }, (_, k) => (k % 3 === 0 ? 1 : 0)) },
  q: { dtype: "bool", shape: [4, 5], data: Uint8Array.from({ length: 20 }, (_, k) => k % 2) },
  image: float32([2, 6, 7, 4], rng.normals(336)),
  filter: float32([3, 2, 4, 3], rng.normals(72)),
  deep: float32([3, 2, 4, 2], rng.normals(48)),
  cube: float32([2, 3, 4, 5], rng.normals(120)),
  ids: int32([2, 3], [1, 0, 2, 2, 1, 1]),
  volume: float32([2, 4, 5, 6, 2], rng.normals(480)),
  filter3d: float32([2, 3, 2, 2, 3], rng.normals(72)),
  flatIds: int32([4], [2, -1, 0, 2]),
} satisfies Record<string, NdArray>;
export type In = Record<keyof typeof inputs, T>;
const { fill } = tf;

/** What the rows that no golden case reaches compute; eager TF.js on its cpu backend is the reference. */
export const programs: Record<string, (x: In) => T | T[]> = {
  "inverse and hyperbolic functions": ({ unit, above, a }) => [
    tf.acos(unit),
    tf.asin(unit),
    tf.atanh(unit),
    tf.atan(a),
    tf.asinh(a),
    tf.acosh(above),
    tf.cosh(unit),
    tf.sinh(unit),
    tf.tan(unit),
  ],
  "tests for numbers": ({ odd }) => [tf.isNaN(odd), tf.isInf(odd), tf.isFinite(odd)],
  "kinks with NaN and infinity": ({ odd }) => [
    tf.step(odd),
    tf.step(odd, 0.3),
    tf.log1p(odd),
    tf.expm1(odd),
    tf.elu(odd),
    tf.sign(tf.zeros([2])),
  ],
  prelu: ({ a, row }) => [tf.prelu(a, row), ...tf.grads((x, alpha) => tf.prelu(x, alpha).square().sum())([a, row])],
  integers: ({ i, j }) => [
    tf.add(i, j),
    tf.sub(i, j),
    tf.mul(i, j),
    tf.floorDiv(i, j),
    tf.mod(i, j),
    tf.maximum(i, j),
    tf.clipByValue(i, 0, Infinity),
    tf.clipByValue(i, -3e9, 2),
    tf.neg(i),
    tf.abs(i),
    tf.square(i),
    tf.relu(i),
    tf.sum(i, 1),
    tf.prod(j.slice([0, 0], [2, 5]), 0),
    tf.max(i, 0),
    tf.div(i, j),
  ],
  "integers as real numbers": ({ i }) => [tf.mean(i), tf.exp(i.div(tf.scalar(7, "float32"))), tf.cast(i, "float32").sqrt().isNaN()],
  "mod and floorDiv": ({ a, b }) => [
    tf.mod(a, b),
    tf.floorDiv(a, b),
    tf.mod(tf.tensor1d([1e9, 1e8 + 8, 1, 5, -7, 7, 0]), tf.tensor1d([7, 7, 0.1, Infinity, 3, -3, -2])),
    tf.floorDiv(tf.tensor1d([1, -1, 3]), tf.tensor1d([0.1, 0.1, 0])),
  ],
  "atan2 on the axes": () => {
    const places = [1, -1, 0, 0, 1, 1, -1, -1, 0];
    return tf.atan2(tf.tensor1d(places).mul(1), tf.tensor1d([0, 0, 1, -1, 1, -1, 1, -1, 0]));
  },
  casts: ({ a, i, p }) => [
    tf.cast(a, "int32"),
    tf.cast(a, "bool"),
    tf.cast(i, "bool"),
    tf.cast(p, "float32"),
    tf.cast(p, "int32"),
    tf.cast(i, "float32"),
  ],
  orders: ({ a, b, i, j, p, q }) => [
    tf.equal(i, j),
    tf.notEqual(i, j),
    tf.greater(a, b),
    tf.greaterEqual(a, a),
    tf.less(i, j),
    tf.lessEqual(a, b),
    tf.equal(p, q),
    tf.greater(p, q),
  ],
  logic: ({ p, q, a }) => [
    tf.logicalAnd(p, q),
    tf.logicalOr(p, q),
    tf.logicalXor(p, q),
    tf.logicalNot(p),
    tf.any(p, 1),
    tf.all(p, 0, true),
    tf.where(p, a, tf.zerosLike(a)),
  ],
  bits: ({ i, j }) => tf.bitwiseAnd(tf.abs(i), tf.abs(j)),
  addN: ({ a, b, row }) => tf.addN([a, b, row.tile([4]).reshape([4, 5])]),
  constants: ({ a }) => [
    fill([2, 3], 1.5),
    fill([2], 3, "int32"),
    tf.range(0, 5, 2),
    tf.range(5, 0, -1, "int32"),
    tf.linspace(0, 1, 5),
    tf.onesLike(a),
    tf.zerosLike(a),
    tf.zeros([2], "bool"),
    tf.eye(3),
  ],
  scans: ({ a }) => [
    tf.cumprod(a, 1),
    tf.cumprod(a, 0, true),
    tf.cumprod(a, 1, false, true),
    tf.cumprod(a, 1, true, true),
    tf.cumsum(a, 0),
  ],
  "product's gradient": ({ cube }) => tf.grad((x) => tf.prod(x, [1, 2]).sum())(cube),
  diagonal: ({ row, ids }) => [tf.diag(row), tf.diag(ids.cast("float32"))],
  "strided slices": ({ cube }) => {
    const reverse = tf.stridedSlice(cube, [1, -1, 3, 4], [2, -4, 0, 0], [1, -1, -2, -3]);
    const masks = tf.stridedSlice(cube, [0, 1, 0], [0, 2, 2], [1, 1, 1], 1, 1, 0, 4, 2);
    const slope = tf.grad((x) => tf.stridedSlice(x, [1, -1, 3, 4], [2, -4, 0, 0], [1, -1, -2, -3]).square().sum())(cube);
    return [reverse, masks, slope];
  },
  "mirror pads": ({ a }) => [
    tf.mirrorPad(
      a,
      [
        [1, 2],
        [3, 0],
      ],
      "symmetric",
    ),
    tf.grad((x) =>
      tf
        .mirrorPad(
          x,
          [
            [1, 2],
            [3, 2],
          ],
          "symmetric",
        )
        .square()
        .sum(),
    )(a),
  ],
  "gathers in batches": ({ cube, ids }) => [tf.gather(cube, ids, 1, 1), tf.gather(cube, ids, 2, 1), tf.gather(cube, ids, 3, 0)],
  scatters: ({ flatIds, row }) => [
    tf.scatterND(flatIds.abs().reshape([4, 1]), row.slice([0], [4]), [3]),
    tf.tensorScatterUpdate(tf.ones([3, 2]), [[2], [0]], tf.tensor2d([1, 2, 3, 4], [2, 2])),
  ],
  segments: ({ a, flatIds }) => [
    tf.unsortedSegmentSum(a, flatIds as tf.Tensor1D, 3),
    tf.grad((x) =>
      tf
        .unsortedSegmentSum(x, flatIds as tf.Tensor1D, 3)
        .square()
        .sum(),
    )(a),
  ],
  "one-hot with values, and ids outside": ({ flatIds }) => [tf.oneHot(flatIds, 3, 5, -1, "float32"), tf.oneHot(flatIds, 3)],
  "sorted places": ({ row }) => [
    tf.searchSorted(tf.tensor1d([-1, 0, 0, 2]), row),
    tf.searchSorted(tf.tensor1d([-1, 0, 0, 2]), tf.tensor1d([0, 2, 5]), "right"),
    tf.topk(row, 2).indices,
  ],
  counts: ({ ids, flatIds, row }) => {
    const flat = flatIds.abs() as tf.Tensor1D;
    const weights = row.slice([0], [4]) as tf.Tensor1D;
    const none = tf.tensor1d([]);
    const noWeights = tf.tensor2d([], [0, 0]);
    return [
      tf.bincount(flat, weights, 4),
      tf.bincount(flat, none, 3),
      tf.denseBincount(ids as tf.Tensor2D, noWeights, 4),
      tf.denseBincount(ids as tf.Tensor2D, noWeights, 3, true),
    ];
  },
  "sparse to dense": () => [
    tf.sparseToDense(tf.tensor2d([0, 1, 2, 0], [2, 2], "int32"), tf.tensor1d([5, 6]), [3, 2], -1),
    tf.sparseToDense(tf.tensor1d([4, 1], "int32"), tf.scalar(2), [5]),
  ],
  "fused products": ({ a, b, row }) =>
    (["linear", "relu", "relu6", "elu", "sigmoid", "leakyrelu"] as const).map((activation) =>
      tf.fused.matMul({ a, b, transposeB: true, bias: row.slice([0], [4]), activation }),
    ),
  "einsum with spaces": ({ cube, a }) => tf.einsum("bhij, ik -> bhjk", cube.reshape([2, 3, 4, 5]), a),
  "products of matrices of other ranks": ({ cube, a }) => tf.matMul(cube, a, false, true),
  "splits in equal and open parts": ({ cube }) => [...tf.split(cube, 2, 0), ...tf.split(cube, [1, -1], 2)],
  "booleans moved about": ({ p, q }) => [
    tf.concat([p, q]),
    p.reshape([2, 10]).transpose(),
    tf.pad(p.cast("float32"), [
      [0, 0],
      [1, 0],
    ]),
    tf.reverse(p, 1),
    tf.tile(p, [2, 1]),
  ],
  "scalars of constants": ({ a }) => [
    tf.ones([3, 2]).sum(),
    tf.ones([3, 2]).mul(2).sum(0, true),
    tf.zeros([2, 3]).reshape([3, 2]).transpose().slice([0, 1], [2, 2]),
    a.add(tf.ones([1, 5])),
  ],
  "layer norm": ({ a, row }) => layerNorm({ weight: row, bias: row }, a),
  "log softmax and losses": ({ a, b }) => [
    tf.losses.softmaxCrossEntropy(tf.softmax(b), a),
    tf.losses.huberLoss(a, b),
    tf.losses.sigmoidCrossEntropy(tf.sigmoid(b), a),
    tf.losses.cosineDistance(a, b, 1),
    tf.losses.hingeLoss(tf.sigmoid(a), b),
  ],
  "linear algebra": ({ a }) => [tf.linalg.bandPart(a, 1, 2), tf.linalg.gramSchmidt(a as tf.Tensor2D) as T],
  ...imagePrograms,
};
