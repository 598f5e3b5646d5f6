import { createRng, float32, type NdArray } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { eagerBackends, useBackend } from "../testing/eager-backends.js";
import { jit, type Tensors } from "../index.js";
import { gradients } from "./index.js";

// Every gradient of ours against a definition that knows no gradient: where the function is linear in an operand, <dy, f(v)> = <dx, v>
// holds to rounding; elsewhere central differences. On both engines.

type T = tf.Tensor;
interface Case {
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly fn: (x: Readonly<Record<string, T>>) => T;
  /** Operands in which fn is linear (not affine); the others are compared with differences. */
  readonly linear?: readonly string[];
  /** Why TF.js cannot run it eagerly. */
  readonly compiledOnly?: string;
}
const einsumFault = "TF.js 4.22 gives einsum a wrong shape where an axis is in one operand only";
const ints = (values: number[], shape: number[] = [values.length]) => tf.tensor(values, shape, "int32");
const [four, five] = [(x: T | undefined) => x as tf.Tensor4D, (x: T | undefined) => x as tf.Tensor5D];
const image = [2, 6, 7, 2];
const volume = [2, 4, 5, 6, 2];
const bilinear = ["a", "b"];

const cases: Record<string, Case> = {
  "split into one part": { shapes: { a: [2, 5] }, linear: ["a"], fn: ({ a }) => tf.split(a!, [5], 1)[0]! },
  "split into two parts": {
    shapes: { a: [2, 5] },
    linear: ["a"],
    fn: ({ a }) => tf.concat(tf.split(a!, [2, 3], 1).toReversed(), 1),
  },
  "conv2d, dilated": {
    shapes: { a: image, b: [2, 3, 2, 3] },
    linear: bilinear,
    fn: ({ a, b }) => tf.conv2d(four(a), four(b), 1, "same", "NHWC", [2, 3]),
  },
  "conv2d, strides": {
    shapes: { a: image, b: [3, 2, 2, 3] },
    linear: bilinear,
    fn: ({ a, b }) => tf.conv2d(four(a), four(b), [2, 3], "same"),
  },
  "depthwise, dilated": {
    shapes: { a: image, b: [3, 2, 2, 2] },
    linear: bilinear,
    fn: ({ a, b }) => tf.depthwiseConv2d(four(a), four(b), 1, "valid", "NHWC", [2, 1]),
  },
  "depthwise, strides": {
    shapes: { a: image, b: [3, 2, 2, 2] },
    linear: bilinear,
    fn: ({ a, b }) => tf.depthwiseConv2d(four(a), four(b), 2, "same"),
  },
  "conv3d, strides": {
    shapes: { a: volume, b: [3, 2, 2, 2, 3] },
    linear: bilinear,
    fn: ({ a, b }) => tf.conv3d(five(a), five(b), [1, 2, 1], "same"),
  },
  "conv3d, dilated": {
    shapes: { a: volume, b: [2, 2, 3, 2, 3] },
    linear: bilinear,
    fn: ({ a, b }) => tf.conv3d(five(a), five(b), 1, "valid", "NDHWC", [3, 1, 2]),
  },
  conv3dTranspose: {
    shapes: { a: [2, 2, 3, 2, 3], b: [2, 3, 2, 2, 3] },
    linear: bilinear,
    fn: ({ a, b }) => tf.conv3dTranspose(five(a), five(b), [2, 4, 5, 4, 2], [2, 2, 2], "same"),
  },
  "avgPool, same": { shapes: { x: image }, linear: ["x"], fn: ({ x }) => tf.avgPool(four(x), [3, 2], 2, "same") },
  "avgPool3d, same": { shapes: { x: volume }, linear: ["x"], fn: ({ x }) => tf.avgPool3d(five(x), [3, 2, 3], [1, 2, 3], "same") },
  maxPool3d: { shapes: { x: volume }, fn: ({ x }) => tf.maxPool3d(five(x), [2, 3, 2], 2, "same") },
  maxPoolWithArgmax: { shapes: { x: image }, fn: ({ x }) => tf.maxPoolWithArgmax(four(x), [2, 3], 2, "same")["result"]! },
  dilation2d: {
    shapes: { x: image, filter: [2, 3, 2] },
    fn: ({ x, filter }) => tf.dilation2d(four(x), filter as tf.Tensor3D, [1, 2], "same", [2, 1]),
  },
  "resizeBilinear, half-pixel centres": {
    shapes: { x: image },
    linear: ["x"],
    fn: ({ x }) => tf.image.resizeBilinear(four(x), [9, 4], false, true),
  },
  "resizeNearestNeighbor, half-pixel centres": {
    shapes: { x: image },
    linear: ["x"],
    fn: ({ x }) => tf.image.resizeNearestNeighbor(four(x), [4, 9], false, true),
  },
  "local response normalisation": { shapes: { x: image }, fn: ({ x }) => tf.localResponseNormalization(four(x), 1, 1.5, 0.7, 0.6) },
  mirrorPad: {
    shapes: { x: [4, 5] },
    linear: ["x"],
    fn: ({ x }) =>
      tf.mirrorPad(
        x!,
        [
          [1, 2],
          [3, 0],
        ],
        "reflect",
      ),
  },
  cumsum: { shapes: { x: [3, 3] }, linear: ["x"], fn: ({ x }) => tf.cumsum(x!, 0, true) },
  "cumsum, reversed": { shapes: { x: [2, 3, 2] }, linear: ["x"], fn: ({ x }) => tf.cumsum(x!, 1, false, true) },
  stridedSlice: { shapes: { x: [4, 5] }, linear: ["x"], fn: ({ x }) => tf.stridedSlice(x!, [3, 0], [0, 5], [-2, 2]) },
  depthToSpace: { shapes: { x: [2, 3, 2, 8] }, linear: ["x"], fn: ({ x }) => tf.depthToSpace(four(x), 2, "NHWC") },
  flipLeftRight: { shapes: { x: image }, linear: ["x"], fn: ({ x }) => tf.image.flipLeftRight(four(x)) },
  diag: { shapes: { x: [4] }, linear: ["x"], fn: ({ x }) => tf.diag(x!) },
  rotateWithOffset: { shapes: { x: image }, linear: ["x"], fn: ({ x }) => tf.image.rotateWithOffset(four(x), 0.7, 0) },
  cropAndResize: {
    shapes: { x: image },
    linear: ["x"],
    fn: ({ x }) =>
      tf.image.cropAndResize(
        four(x),
        tf.tensor2d([0, 0.1, 1, 0.9, 0.2, -0.3, 0.75, 0.7, 0.8, 0.2, 0.1, 0.95], [3, 4]),
        ints([1, 0, 1]) as tf.Tensor1D,
        [4, 3],
      ),
  },
  "cropAndResize, nearest": {
    shapes: { x: image },
    linear: ["x"],
    fn: ({ x }) => tf.image.cropAndResize(four(x), tf.tensor2d([0, 0.15, 0.9, 0.9], [1, 4]), ints([1]) as tf.Tensor1D, [1, 4], "nearest"),
  },
  sparseToDense: { shapes: { a: [3], b: [] }, fn: ({ a, b }) => tf.sparseToDense(ints([4, 0, 2]), a!, [5], b as tf.Scalar) },
  "sparseToDense of one value": {
    shapes: { a: [], b: [] },
    fn: ({ a, b }) => tf.sparseToDense(ints([1, 0, 2, 3], [2, 2]), a!, [3, 4], b as tf.Scalar),
  },
  gatherND: { shapes: { x: [3, 4, 2] }, linear: ["x"], fn: ({ x }) => tf.gatherND(x!, ints([2, 1, 0, 3, 2, 1], [3, 2])) },
  scatterND: { shapes: { x: [3, 2] }, linear: ["x"], fn: ({ x }) => tf.scatterND(ints([2, 0, 2], [3, 1]), x!, [4, 2]) },
  tensorScatterUpdate: { shapes: { a: [4, 2], b: [2, 2] }, fn: ({ a, b }) => tf.tensorScatterUpdate(a!, ints([3, 1], [2, 1]), b!) },
  topk: { shapes: { x: [3, 5] }, fn: ({ x }) => tf.topk(x!, 2).values },
  "einsum, an axis of one operand only": {
    shapes: { a: [2, 3, 4], b: [4, 5] },
    linear: bilinear,
    compiledOnly: einsumFault,
    fn: ({ a, b }) => tf.einsum("ijk,kl->li", a!, b!),
  },
  "einsum, a product of all": {
    shapes: { a: [2, 3], b: [4] },
    linear: bilinear,
    compiledOnly: einsumFault,
    fn: ({ a, b }) => tf.einsum("ij,k->", a!, b!),
  },
  cumprod: { shapes: { x: [3, 4] }, fn: ({ x }) => tf.cumprod(x!, 1) },
  "cumprod, exclusive and reversed, of another axis": { shapes: { x: [4, 3] }, fn: ({ x }) => tf.cumprod(x!, 0, true, true) },
  "cumprod with a zero": { shapes: { x: [2, 4] }, fn: ({ x }) => tf.cumprod(x!.mul([1, 0, 1, 1]).add([0, 0, 0, 0]), 1, true) },
  "maximum and minimum, broadcast": {
    shapes: { a: [3, 4], b: [4] },
    fn: ({ a, b }) => tf.maximum(a!, b!).add(tf.minimum(b!, a!)),
  },
  "squared difference, broadcast": { shapes: { a: [3, 1], b: [4] }, fn: ({ a, b }) => tf.squaredDifference(a!, b!) },
  "matMul, broadcast": { shapes: { a: [2, 3, 4], b: [4, 5] }, linear: bilinear, fn: ({ a, b }) => tf.matMul(a!, b!) },
  relu: { shapes: { x: [3, 4] }, fn: ({ x }) => tf.relu(x!) },
  "choices by comparison": {
    shapes: { a: [3, 4], b: [3, 4] },
    fn: ({ a: p, b: q }) => {
      const [a, b] = [p!, q!];
      const both = tf.logicalAnd(a.greater(b), a.less(b.add(3)));
      const any = tf.logicalOr(tf.logicalNot(both), tf.any(a.lessEqual(b), 1, true)).logicalAnd(tf.all(a.greaterEqual(-9), 1, true));
      return tf.where(tf.logicalOr(any, a.equal(b).logicalXor(a.notEqual(b))), a.mul(b), b);
    },
  },
};

const reached = new Set<string>();
for (const gradient of gradients as { kernelName: string; gradFunc: tf.GradFunc }[]) {
  const { gradFunc, kernelName } = gradient;
  gradient.gradFunc = (...args) => {
    reached.add(kernelName);
    return gradFunc(...args);
  };
}

const rng = createRng("gradients");
/** Numbers far from each other, so that a step of the differences changes no order. */
const spread = (shape: readonly number[]) => {
  const size = shape.reduce((a, b) => a * b, 1);
  const jitter = rng.uniforms(size, 0.3, 0.7);
  const order = Array.from({ length: size }, (_, i) => i).sort((a, b) => ((a * 7919) % 104729) - ((b * 7919) % 104729));
  return float32(
    shape,
    Float32Array.from(order, (i) => (3 * (i + jitter[i]!)) / size - 1.5),
  );
};
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);

/** What tfjs-node refuses forwards already. */
const notInTensorFlow = /^conv3d, dilated|^maxPoolWithArgmax|^rotateWithOffset|^sparseToDense$/;

// wasm lacks too many kernels, see __fixtures__/backend-faults.ts.
describe.each(["onnx", ...eagerBackends.filter((name) => name !== "wasm")])("gradients of ours on %s", (place) => {
  const engine = place === "onnx" ? "onnx" : "tensorflow";
  beforeAll(() => useBackend(place === "onnx" ? "cpu" : place));

  const runs = ([title, { compiledOnly }]: [string, Case]) =>
    !(compiledOnly && engine === "tensorflow") && !(place === "tensorflow" && notInTensorFlow.test(title));

  it.each(Object.entries(cases).filter(runs))("%s", async (_, { shapes, fn, linear = [] }) => {
    const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, spread(shape)]));
    const names = Object.keys(shapes);
    const forward = await jit((x: Tensors) => ({ out: fn(x) }), inputs, { engine, threads: 1 });
    const value = async (changed: Record<string, NdArray>) => (await forward.run({ ...inputs, ...changed }))["out"];
    const { shape, data } = await value({});
    const dy = float32(shape, rng.normals(data.length));
    const slope = (x: Tensors) => {
      const total = (...list: T[]) =>
        fn(Object.fromEntries(names.map((name, i) => [name, list[i]!])))
          .mul(x["dy"]!)
          .sum();
      const list = tf.grads(total)(names.map((name) => x[name]!));
      return Object.fromEntries(names.map((name, i) => [`d${name}`, list[i]!]));
    };
    const backward = await jit(slope, { ...inputs, dy }, { engine, threads: 1 });
    const found = await backward.run({ ...inputs, dy });
    for (const name of names) {
      const gradient = found[`d${name}`]!.data;
      const input = inputs[name] as NdArray;
      expect(found[`d${name}`]?.shape).toEqual(input.shape);
      if (linear.includes(name)) {
        for (let trial = 0; trial < 3; trial++) {
          const v = float32(input.shape, rng.normals(input.data.length));
          const out = (await value({ [name]: v })).data;
          const size = Math.sqrt(dot(out, out) * dot(dy.data, dy.data)) + Math.sqrt(dot(gradient, gradient) * dot(v.data, v.data));
          expectClose([dot(gradient, v.data)], [dot(dy.data, out)], { rtol: 0, atol: 1e-6 * size }, `<d${name}, v>`);
        }
        continue;
      }
      const step = 2e-3;
      for (let i = 0; i < input.data.length; i += Math.ceil(input.data.length / 24)) {
        const at = async (h: number) => (await value({ [name]: { ...input, data: input.data.with(i, input.data[i]! + h) } })).data;
        const [up, down] = [await at(step), await at(-step)];
        const difference =
          dot(
            Array.from(up, (x, k) => x - down[k]!),
            dy.data,
          ) /
          (2 * step);
        expectClose([gradient[i]!], [difference], { rtol: 5e-3, atol: 5e-3 }, `d${name}[${i}]`);
      }
    }
    await Promise.all([forward.dispose(), backward.dispose()]);
  });
});

it("every gradient of ours is checked, but for the one that TF.js composes of others", () => {
  expect(gradients.map((g) => g.kernelName).filter((name) => !reached.has(name))).toEqual(["LogicalXor"]);
});
