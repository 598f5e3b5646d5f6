import { float32 } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { f32, jit } from "../index.js";
import { messageOf, type Program } from "../testing/message-of.js";

describe("a traced function computes what it would compute eagerly", () => {
  const input = float32([2, 3], [1, -2, 3, 0.5, -0.25, 6]);
  const none = float32([0, 3]);
  const row = new Float32Array(3);
  const programs: Record<string, readonly [Program, typeof input]> = {
    "with an array that it fills again": [
      ({ x }) => ({ y: [1, 2, 3].reduce<tf.Tensor>((sum, i) => (row.set([i, 2 * i, 1]), tf.add(sum, tf.tensor1d(row))), x) }),
      input,
    ],
    "with a product, the extremes and the places of booleans": [
      ({ x }) => {
        const [a, b] = [tf.greater(x, 0), tf.greater(x, 2)];
        return {
          product: tf.mul(a, b),
          most: tf.maximum(a, b),
          least: tf.minimum(a, b),
          max: tf.max(b, 1),
          at: tf.argMax(b, 1),
          sums: tf.cumsum(a),
        };
      },
      input,
    ],
    "with rounded whole numbers": [
      ({ x }) => ({ round: tf.round(x.toInt()), relu6: tf.relu6(x.mul(4).toInt()), step: tf.step(x.toInt()) }),
      input,
    ],
    "with pixels of whole numbers, and counts of a matrix": [
      ({ x }) => {
        const pixels = tf.reshape<tf.Rank.R4>(x.mul(4).toInt(), [-1, 1, 3, 1]);
        return {
          linear: tf.image.resizeBilinear(pixels, [2, 6]),
          nearest: tf.image.resizeNearestNeighbor(pixels, [4, 5]),
          largest: tf.maxPool(pixels, 2, 1, "same"),
          crop: tf.image.cropAndResize(pixels, [[0, 0, 1, 1]], [0], [2, 2]),
          counts: tf.bincount(x.greater(0).toInt() as unknown as tf.Tensor1D, tf.tensor1d([]), 3),
        };
      },
      input,
    ],
    "with no rows": [
      ({ x }) => ({ flat: x.reshape([3, 0]), stack: tf.stack([x, x]), any: tf.any(tf.equal(x, x)), top: tf.topk(x, 2).values }),
      none,
    ],
  };

  it.each(Object.entries(programs))("%s", async (_, [fn, array]) => {
    for (const size of [array.shape[0]!, null]) {
      const specs = { x: f32(size, 3) };
      const [compiled, eager] = await Promise.all([jit(fn as never, specs), jit(fn as never, specs, { engine: "tensorflow" })]);
      const [ours, theirs] = [await compiled.run({ x: array }), await eager.run({ x: array })];
      expect(ours).toEqual(theirs);
      await Promise.all([compiled.dispose(), eager.dispose()]);
      if (array === none) return; // a fixed number of rows in reshape
    }
  });

  it.each<[string, Program, RegExp]>([
    [
      "the gradient of a mean pool that rounds up",
      ({ x }) => ({ y: tf.grad((v: tf.Tensor) => tf.avgPool(v as tf.Tensor4D, 2, 2, 0, "ceil").sum())(tf.reshape(x, [1, 3, 2, 1])) }),
      /-programs\.test\.ts:\d+: the operation \(kernel DepthwiseConv2dNativeBackpropInput\).*rounding "floor"/,
    ],
    [
      "the gradient of a largest pool that rounds up",
      ({ x }) => ({ y: tf.grad((v: tf.Tensor) => tf.maxPool(v as tf.Tensor4D, 2, 2, 0, "ceil").sum())(tf.reshape(x, [1, 3, 2, 1])) }),
      /kernel MaxPoolGrad.*rounds its size by "ceil"/,
    ],
    [
      "a transposed convolution to a size that does not fit",
      ({ x }) => ({ y: tf.conv2dTranspose(tf.reshape<tf.Rank.R4>(x, [1, 2, 3, 1]), tf.ones([2, 2, 1, 1]), [1, 9, 9, 1], 2, "same") }),
      /kernel Conv2DBackpropInput.*\[9, 9\] places become \[5, 5\] by this convolution, and not \[2, 3\]/,
    ],
  ])("or is refused where the compiled graph has no answer: %s", (_, fn, message) => {
    expect(messageOf(fn)).toMatch(message);
  });

  it("or is refused where TF.js has no answer", () => {
    expect(messageOf(({ x }) => ({ y: tf.add(tf.greater(x, 0), tf.less(x, 1)) }))).toMatch(/kernel Add.*booleans.*toInt\(\)/);
    expect(messageOf(({ x }) => ({ y: tf.cumsum(x, [0, 1] as never) }))).toMatch(/kernel Cumsum.*expected one axis/);
    expect(messageOf(({ x }) => ({ y: tf.argMax(x, [] as never) }))).toMatch(/kernel ArgMax.*expected one axis/);
    expect(messageOf(({ x }) => ({ ["__proto__"]: x }))).toMatch(/no output can have/);
    expect(messageOf(({ x }) => ({ "": x }))).toMatch(/no output can have/);
  });

  it("of no rows whose number is free, with TopK", async () => {
    const program = await jit(({ x }) => ({ y: tf.topk(x, 2).indices }), { x: f32(null, 3) });
    expect(await program.run({ x: none })).toEqual({ y: { dtype: "int32", shape: [0, 2], data: new Int32Array() } });
    expect([...(await program.run({ x: input })).y.data]).toEqual([2, 0, 2, 0]);
    await program.dispose();
  });

  it.each<[string, Program]>([
    ["a limit", ({ x }) => ({ y: tf.mul(x, Math.min(32, x.shape[0])) })],
    ["a remainder", ({ x }) => ({ y: tf.mul(x, x.shape[0] % 2) })],
    ["a branch", ({ x }) => ({ y: x.shape[0] > 40 ? tf.neg(x) : tf.abs(x) })],
    ["an end beyond it", ({ x }) => ({ y: tf.stridedSlice(x, [0, 0], [100, 3], [1, 1]) })],
  ])("or is refused where a free batch size decides it: %s", async (_, fn) => {
    await expect(jit(fn as never, { x: f32(null, 3) })).rejects.toThrow(/the batch size cannot be left free|follows no rule/);
  });

  it("a part that is longer than the batch fails", async () => {
    const program = await jit(({ x }) => ({ y: tf.slice(x, [0, 0], [8, 2]) }), { x: f32(null, 3) });
    await expect(program.run({ x: input })).rejects.toMatchObject({ code: "LTAD_SHAPE" });
    expect((await program.run({ x: float32([9, 3]) })).y.shape).toEqual([8, 2]);
    await program.dispose();
  });
});
