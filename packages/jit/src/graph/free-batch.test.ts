import { createRng, float32, int32, type NdArray } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { jit, toOnnx, type TensorSpecs, type TracedFunction } from "../index.js";
import { layerNorm, resizeBilinear } from "../nn.js";

const t = (tensor: tf.Tensor | undefined) => tensor!;
const rng = createRng("free batch");
const image = { x: { dtype: "float32", shape: [null, 6, 5, 4] } } as const;
const filter = tf.tensor4d(rng.normals(3 * 3 * 4 * 2), [3, 3, 4, 2]);
const line = tf.tensor(rng.normals(4), [4]);

/** Functions that use the batch size in different ways. */
const functions: Record<string, TracedFunction> = {
  elementwise: ({ x }) => ({ y: t(x).tanh().mul(line) }),
  "reshape, transpose": ({ x }) => ({
    y: t(x)
      .reshape([t(x).shape[0] * 30, 4])
      .transpose(),
  }),
  "fold the batch away": ({ x }) => ({ y: t(x).reshape([-1, 5, 4]).sum([1, 2]) }),
  "mean over the batch": ({ x }) => ({ y: t(x).mean(0), all: t(x).mean() }),
  "sums over rows, few and many by the batch": ({ x }) => ({
    y: tf.concat([t(x).reshape([-1, 5, 24]), t(x).reshape([-1, 5, 24]), t(x).reshape([-1, 5, 24])], 2).sum([0, 1]),
  }),
  "the size as a number": ({ x }) => ({
    y: t(x).sum().div(t(x).shape[0]),
    z: t(x).mul(1 / t(x).shape[0]),
  }),
  "a mean's gradient": ({ x }) => ({ y: tf.grad((v) => v.square().mean())(t(x)) }),
  "stack, concat, split": ({ x }) => ({
    y: tf.concat([t(x), tf.stack([t(x), t(x)], 1).reshape([-1, 6, 5, 4])]),
    z: tf.split(t(x), 2, 3)[1]!,
  }),
  "slices of the batch": ({ x }) => ({ first: t(x).slice(0, 1), rest: t(x).slice([1, 0, 0, 0], [-1, 6, 5, 4]) }),
  "tile and broadcast": ({ x }) => ({ y: line.reshape([1, 1, 4]).tile([t(x).shape[0], 3, 1]) }),
  "fresh ones and zeros": ({ x }) => ({ y: tf.concat([tf.zeros([t(x).shape[0], 6, 5, 1]), t(x)], 3) }),
  "convolution and pools": ({ x }) => ({
    y: tf.avgPool(tf.relu(tf.conv2d(t(x) as tf.Tensor4D, filter, 2, "same")), 2, 1, "same"),
  }),
  "convolution's gradients": ({ x }) => {
    const [dx, dw] = tf.grads((v, w) =>
      tf
        .conv2d(v as tf.Tensor4D, w as tf.Tensor4D, 1, "same")
        .square()
        .sum(),
    )([t(x), filter]);
    return { dx: t(dx), dw: t(dw) };
  },
  resize: ({ x }) => ({ y: resizeBilinear(t(x) as tf.Tensor4D, [9, 7]) }),
  attention: ({ x }) => {
    const tokens = t(x).reshape([-1, 30, 4]);
    const y = tf.matMul(tf.softmax(tf.matMul(tokens, tokens, false, true)), tokens);
    return { y: layerNorm({ weight: tf.ones([4]), bias: line }, y) };
  },
  "max pool's gradient": ({ x }) => ({
    y: tf.grad((v) =>
      tf
        .maxPool(v as tf.Tensor4D, 2, 2, "same")
        .square()
        .sum(),
    )(t(x)),
  }),
  "mirror pad, reverse": ({ x }) => ({
    y: tf
      .mirrorPad(
        t(x),
        [
          [0, 0],
          [1, 2],
          [0, 0],
          [0, 0],
        ],
        "reflect",
      )
      .reverse(0),
  }),
};

/** Results of the graph and of the function itself. */
async function runBoth(fn: TracedFunction, specs: TensorSpecs, inputs: Record<string, NdArray>) {
  const [free, eager] = [await jit(fn, specs, { threads: 1 }), await jit(fn, specs, { engine: "tensorflow" })];
  const results = { actual: await free.run(inputs), expected: await eager.run(inputs) };
  await free.dispose();
  return results;
}

function expectSame({ actual, expected }: Awaited<ReturnType<typeof runBoth>>) {
  for (const [name, { shape, data }] of Object.entries(expected)) {
    expect(actual[name]?.shape, name).toEqual(shape);
    expectClose(actual[name]?.data ?? [], data, { rtol: 1e-5, atol: 2e-5 }, name);
  }
}

describe("with a free batch size", () => {
  it.each(Object.entries(functions))("%s", async (_, fn) => {
    for (const batch of [1, 2, 5]) {
      const results = await runBoth(fn, image, { x: float32([batch, 6, 5, 4], rng.normals(batch * 120)) });
      expect(Object.keys(results.actual)).toEqual(Object.keys(results.expected));
      expectSame(results);
    }
  });

  it("several inputs share it", async () => {
    const specs = { x: { dtype: "float32", shape: [null, 3] }, ids: { dtype: "int32", shape: [null] } } as const;
    const fn: TracedFunction = ({ x, ids }) => ({ y: t(x).mul(tf.oneHot(t(ids) as tf.Tensor1D, 3, 1, 0, "float32")) });
    expectSame(await runBoth(fn, specs, { x: float32([2, 3], [1, 2, 3, 4, 5, 6]), ids: int32([2], [2, -1]) }));
    const program = await jit(fn, specs);
    const broken = program.run({ x: float32([2, 3]), ids: int32([3]) });
    await expect(broken).rejects.toMatchObject({ code: "LTAD_SHAPE", message: expect.stringContaining("batch") });
    await program.dispose();
  });
});

describe("a free batch size is refused when", () => {
  it.each<[string, TracedFunction, RegExp]>([
    ["the number of operations depends on it", ({ x }) => ({ y: tf.addN(tf.unstack(t(x))) }), /number of operations|Split/],
    ["a constant grows with it", ({ x }) => ({ y: t(x).mul(tf.range(0, t(x).shape[0]).reshape([-1, 1, 1, 1])) }), /constant/],
    ["a number follows no rule", ({ x }) => ({ y: t(x).mul(Math.sqrt(t(x).shape[0])) }), /no rule/],
  ])("%s", (_, fn, why) => {
    expect(() => toOnnx(fn, image)).toThrow(why);
    expect(() => toOnnx(fn, image)).toThrow(expect.objectContaining({ code: "LTAD_TRACE" }));
  });
});
