import { createRng, float32 } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { jit, toNdArray, type Tensors } from "../index.js";
import { attention, gelu, initLinear, layerNorm, linear, resizeBilinear } from "../nn.js";

const rng = createRng("functions");
const shape = { x: [2, 3, 5, 4], gamma: [4], beta: [4] } as const;
const inputs = Object.fromEntries(
  Object.entries(shape).map(([name, s]) => [
    name,
    { dtype: "float32" as const, shape: s, data: rng.normals(s.reduce<number>((a, b) => a * b, 1)) },
  ]),
);
type Fn = (x: tf.Tensor4D, gamma: tf.Tensor, beta: tf.Tensor) => tf.Tensor;

/** Slopes of f by central differences in the direction of each element, f in double precision is not at hand: a wide step. */
function numericGradient(f: (x: Float32Array) => number, x: Float32Array, h = 1e-2): Float32Array {
  return x.map((_, i) => (f(x.with(i, x[i]! + h)) - f(x.with(i, x[i]! - h))) / (2 * h));
}

const window = tf.tensor2d(
  Array.from({ length: 25 }, (_, i) => (i % 6 === 0 ? -50 : 0)),
  [5, 5],
);

const cases: Record<string, Fn> = {
  "attention to itself": (x) => attention(x, x.mul(0.7), x.square()),
  "attention with a mask": (x) => attention(x, x.mul(2), x.add(1), window),
  gelu: (x) => gelu(x),
  layerNorm: (x, gamma, beta) => layerNorm({ weight: gamma, bias: beta }, x),
  linear: (x, gamma, beta) => linear({ weight: tf.stack([gamma, beta, gamma.mul(beta)]), bias: beta.slice(0, 3) }, x),
  "resizeBilinear up": (x) => resizeBilinear(x, [7, 6]),
  "resizeBilinear down": (x) => resizeBilinear(x, [2, 3]),
  "resizeBilinear of one axis": (x) => resizeBilinear(x, [3, 9]),
};

describe.each(Object.entries(cases))("%s", (_, fn) => {
  const weighted = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => {
    const y = fn(x as tf.Tensor4D, gamma, beta);
    const weights = tf.tensor(
      Array.from({ length: y.size }, (__, i) => Math.sin(i)),
      y.shape,
    );
    return y.mul(weights).sum();
  };

  it("has the gradient that differences show", () => {
    const [x, gamma, beta] = Object.values(inputs).map((a) => tf.tensor(a.data, [...a.shape])) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const gradient = tf.grad((v) => weighted(v, gamma, beta))(x);
    const f = (data: Float32Array) => weighted(tf.tensor(data, [...shape.x]), gamma, beta).dataSync()[0]!;
    expectClose(toNdArray(gradient).data, numericGradient(f, inputs["x"]!.data), { rtol: 2e-2, atol: 1e-2 }, "gradient");
  });

  it("is the same compiled and eager, with its gradients", async () => {
    const both = ({ x, gamma, beta }: Tensors): Tensors => {
      const args = [x, gamma, beta] as [tf.Tensor, tf.Tensor, tf.Tensor];
      const used = fn.length === 1 ? [args[0]] : args;
      const grads = tf.grads((...v) => weighted(v[0]!, v[1] ?? args[1], v[2] ?? args[2]))(used);
      return { y: fn(args[0] as tf.Tensor4D, args[1], args[2]), ...Object.fromEntries(grads.map((g, i) => [`d${i}`, g])) };
    };
    const [compiled, eager] = [await jit(both, inputs), await jit(both, inputs, { engine: "tensorflow" })];
    const [actual, expected] = [await compiled.run(inputs), await eager.run(inputs)];
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    for (const [name, { data }] of Object.entries(expected)) expectClose(actual[name]?.data ?? [], data, { rtol: 1e-5, atol: 1e-5 }, name);
    await compiled.dispose();
  });
});

describe("resizeBilinear", () => {
  it("keeps an image of the same size, and a constant one at any size", () => {
    const x = tf.tensor4d(rng.normals(2 * 3 * 5 * 4), [2, 3, 5, 4]);
    expect(resizeBilinear(x, [3, 5])).toBe(x);
    expectClose(
      resizeBilinear(tf.ones<tf.Rank.R4>([1, 3, 5, 2]).mul<tf.Tensor4D>(7), [8, 2]).dataSync(),
      new Float32Array(32).fill(7),
      { rtol: 1e-6, atol: 0 },
      "constant",
    );
  });
});

describe("attention", () => {
  const [q, k, v] = ["q", "k", "v"].map((name, i) => {
    const rows = i === 0 ? 5 : 7;
    return tf.tensor4d(createRng(name).normals(2 * 3 * rows * 4), [2, 3, rows, 4]);
  }) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  const mask = tf.tensor2d(
    Array.from({ length: 35 }, (_, i) => (i % 4 === 0 ? -Infinity : 0)),
    [5, 7],
  );
  const plain = (a: tf.Tensor4D, b: tf.Tensor4D, c: tf.Tensor4D) => tf.matMul(tf.softmax(tf.matMul(a, b, false, true).div(2).add(mask)), c);

  it("is softmax(Q K^T / sqrt(K) + mask) V, with the gradients that TF.js finds for it", () => {
    const [actual, expected] = [attention(q, k, v, mask), plain(q, k, v)];
    expect(actual.shape).toEqual([2, 3, 5, 4]);
    expectClose(actual.dataSync(), expected.dataSync(), { rtol: 1e-5, atol: 1e-6 }, "output");
    const slopes = [(a: tf.Tensor4D, b: tf.Tensor4D, c: tf.Tensor4D) => attention(a, b, c, mask), plain].map((fn) =>
      tf.grads((...x) =>
        fn(...(x as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D]))
          .square()
          .sum(),
      )([q, k, v]),
    );
    for (const i of [0, 1, 2])
      expectClose(slopes[0]?.[i]?.dataSync() ?? [], slopes[1]?.[i]?.dataSync() ?? [], { rtol: 1e-4, atol: 1e-5 }, `gradient ${i}`);
  });

  it("does not depend on the order of the keys, and sees nothing behind the mask", () => {
    const open = tf.zeros<tf.Rank.R2>([5, 7]);
    const [a, b] = [attention(q, k, v, open), attention(q, k.reverse(2), v.reverse(2), open)];
    expectClose(a.dataSync(), b.dataSync(), { rtol: 1e-5, atol: 1e-6 }, "reversed keys");
    const first = tf.tensor2d(
      Array.from({ length: 35 }, (_, i) => (i % 7 === 2 ? 0 : -Infinity)),
      [5, 7],
    );
    const only = v.slice([0, 0, 2, 0], [-1, -1, 1, -1]).tile([1, 1, 5, 1]);
    expectClose(attention(q, k, v, first).dataSync(), only.dataSync(), { rtol: 1e-6, atol: 1e-7 }, "one key");
  });
});

describe("layerNorm", () => {
  it("has mean 0 and deviation 1 before scale and shift, and shift for a constant row", () => {
    const x = tf.tensor2d(rng.normals(15), [3, 5]).concat(tf.ones([1, 5]).mul(3));
    const { mean, variance } = tf.moments(layerNorm({ weight: tf.ones([5]), bias: tf.zeros([5]) }, x), -1);
    expectClose(mean.dataSync(), [0, 0, 0, 0], { rtol: 0, atol: 1e-6 }, "mean");
    expectClose(variance.dataSync(), [1, 1, 1, 0], { rtol: 1e-3, atol: 1e-6 }, "variance");
  });
});

describe("linear", () => {
  it("multiplies each row by the weight, output by output, and adds the bias", () => {
    const p = { weight: tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]), bias: tf.tensor1d([10, 20]) };
    const y = linear(p, tf.tensor3d([1, 0, 0, 0, 1, 1], [1, 2, 3]));
    expect([y.shape, [...y.dataSync()]]).toEqual([
      [1, 2, 2],
      [11, 24, 15, 31],
    ]);
  });

  it("starts within Glorot's bounds and reaches them, bias 0", () => {
    const { weight, bias } = initLinear(70, 30, createRng("linear"));
    const bound = Math.sqrt(6 / 100);
    const widest = Math.max(...weight.data.map(Math.abs));
    expect([weight.shape, bias]).toEqual([[30, 70], float32([30])]);
    expect(widest).toBeLessThanOrEqual(bound);
    expect(widest).toBeGreaterThan(0.99 * bound);
  });
});
