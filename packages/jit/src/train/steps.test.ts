import { createRng, float32, int32 } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { f32, i32, trainStep } from "../index.js";
import { batchNorm, dropout, initBatchNorm, initLinear, initRunningStatistics, linear } from "../nn.js";

const rng = createRng("steps");
const params = { wide: initLinear(6, 700, rng), norm: initBatchNorm(700), out: initLinear(700, 2, rng) };
const constants = { mean: float32([6], rng.normals(6)) };
const batch = (seed: number, rows = 5) => ({
  x: float32([rows, 6], createRng(seed).normals(6 * rows)),
  label: int32(
    [rows],
    Int32Array.from({ length: rows }, (_, i) => (i + seed) % 2),
  ),
  seed: int32([], [seed]),
});
const at = { learningRate: 0.01 };

type Options = { engine?: "onnx" | "tensorflow"; check?: boolean; accumulate?: boolean; free?: boolean };

/** Buffers, a frozen branch, whole numbers and a constant: all that a state can consist of. */
const make = ({ free = false, ...options }: Options = {}) =>
  trainStep({
    params,
    constants,
    buffers: { norm: initRunningStatistics(700) },
    inputs: { x: f32(free ? null : 5, 6), label: i32(free ? null : 5), seed: i32() },
    freeze: ["out.bias"],
    optimiser: { clipNorm: 0.5 },
    threads: 1,
    ...options,
    loss(p, { x, label, seed }, { mean }, buffers) {
      const { y, statistics } = batchNorm(p.norm, buffers.norm, linear(p.wide, tf.sub<tf.Tensor2D>(x, mean)), { training: true });
      const logits = linear(p.out, free ? y : dropout(y, 0.2, seed));
      const loss = tf.losses.softmaxCrossEntropy<tf.Tensor, tf.Scalar>(tf.oneHot(label, 2), logits);
      return [{ loss, largest: logits.max<tf.Scalar>() }, { norm: statistics }] as const;
    },
  });

async function oneByOne(program: Awaited<ReturnType<typeof make>>, batches: ReturnType<typeof batch>[]) {
  const numbers = [];
  for (const one of batches) numbers.push(await program.step(one, at));
  return numbers;
}

const batches = [1, 2, 3, 4, 5].map((seed) => batch(seed));

describe("several steps in one call", () => {
  it.each([{}, { engine: "tensorflow" }, { accumulate: true }] as const)("are the same bits as one by one with %o", async (options) => {
    const [single, several] = [await make(options), await make(options)];
    const expected = await oneByOne(single, [...batches, batch(6), batch(7)]);
    const found = [await several.steps(batches, at), await several.step(batch(6), at), await several.steps([batch(7)], at)].flat();
    expect(found).toEqual(expected);
    expect(several.state()).toEqual(single.state());
    expect(several.params().out.bias).toEqual(params.out.bias);
    await Promise.all([single.dispose(), several.dispose()]);
  });

  it("take any number of rows that all batches share", async () => {
    const [single, several] = [await make({ free: true }), await make({ free: true })];
    const wide = [batch(1, 9), batch(2, 9)];
    expect(await several.steps(wide, at)).toEqual(await oneByOne(single, wide));
    expect(await several.steps([batch(3, 4)], at)).toEqual(await oneByOne(single, [batch(3, 4)]));
    await expect(several.steps([batch(1, 9), batch(2, 8)], at)).rejects.toThrow(
      "steps: batches.1: expected x [9, 6], label [9], seed [] as the first, received x [8, 6], label [8], seed []",
    );
    await Promise.all([single.dispose(), several.dispose()]);
  });

  it("begin with the gradients that were added before", async () => {
    const [single, several] = [await make({ accumulate: true }), await make({ accumulate: true })];
    for (const program of [single, several]) await program.accumulate(batch(9));
    expect(await several.steps(batches, at)).toEqual(await oneByOne(single, batches));
    expect(several.state()).toEqual(single.state());
    await Promise.all([single.dispose(), several.dispose()]);
  });

  it("are checked one by one, so that the step with a NaN is known", async () => {
    const loss = ({ w }: { w: tf.Tensor }, { x }: { x: tf.Tensor1D }) => ({ loss: tf.log(x).mul(w).mean<tf.Scalar>() });
    const program = await trainStep({ params: { w: float32([2], [1, 2]) }, inputs: { x: f32(2) }, check: true, loss });
    const steps = program.steps([{ x: float32([2], [1, 2]) }, { x: float32([2], [-1, 2]) }, { x: float32([2], [1, 2]) }], at);
    await expect(steps).rejects.toMatchObject({ code: "LTAD_NOT_FINITE" });
    expect(program.state()["step"]?.data[0]).toBe(1);
    await program.dispose();
  });

  it("leave the state as it was when a batch is wrong", async () => {
    const program = await make();
    const before = program.state();
    const { x, ...rest } = batch(2);
    const wrong = { ...rest, x: { ...x, shape: [6, 5] } };
    await expect(program.steps([batch(1), wrong], at)).rejects.toMatchObject({
      code: "LTAD_SHAPE",
      message: /^steps: batches\.1: input x: expected/,
    });
    await expect(program.steps([], at)).rejects.toMatchObject({ code: "LTAD_CONFIG" });
    await expect(program.steps([batch(1)])).rejects.toThrow(
      "no learning rate. Pass { learningRate } to it, or set learningRate in trainStep",
    );
    await expect(program.step(batch(1), { learningRate: () => Number.NaN })).rejects.toMatchObject({
      code: "LTAD_CONFIG",
      message: /^learningRate\(0\)/,
    });
    expect(program.state()).toEqual(before);
    await program.dispose();
    await expect(program.steps([batch(1)], at)).rejects.toThrow("disposed");
  });

  it.each([
    ["at the end", 3],
    ["at the start", 0],
  ])("refuse a hole %s before anything is computed", async (_, hole) => {
    const program = await make();
    const before = program.state();
    const holey = new Array<ReturnType<typeof batch>>(4);
    for (const i of [0, 1, 2, 3].filter((k) => k !== hole)) holey[i] = batch(i);
    await expect(program.steps(holey, at)).rejects.toMatchObject({
      code: "LTAD_CONFIG",
      message: `steps: batches.${hole}: expected an object, received nothing.`,
    });
    expect(program.state()).toEqual(before);
    await program.dispose();
  });

  it("refuse a generator, and say what to do", async () => {
    const program = await make();
    const generator = (function* () {
      yield batch(1);
    })();
    for (const wrong of [generator, [batch(1)].values()])
      await expect(program.steps(wrong as never, at)).rejects.toMatchObject({
        code: "LTAD_CONFIG",
        message: "steps: batches: expected an array, received an iterator. Collect its batches in an array first.",
      });
    await program.dispose();
  });
});
