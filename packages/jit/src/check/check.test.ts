import { float32, type NdArray } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { f32, jit, trainStep, type TracedFunction } from "../index.js";

const x = { x: f32(null, 3) };
type Fn = TracedFunction<typeof x, Readonly<Record<"mask", NdArray>>>;
const open = { mask: float32([3]) };
const good = float32([2, 3], [1, 2, 3, 4, 5, 6]);

describe.each(["onnx", "tensorflow"] as const)("check on %s", (engine) => {
  const fault = async (fn: Fn, array: NdArray = good, constants = open) => {
    const program = await jit(fn, x, { engine, check: true, constants });
    const error = await program.run({ x: array }).then(
      () => undefined,
      (e: unknown) => e as Error & { code: string; details: Record<string, unknown> },
    );
    await program.dispose();
    return error;
  };

  it("names the operation that made the first NaN, and its line", async () => {
    const error = await fault(({ x: v }) => {
      const shifted = v.sub(2);
      const logs = tf.log(shifted);
      return { fine: shifted, sum: logs.exp().sum() };
    });
    expect(error).toMatchObject({ code: "LTAD_NOT_FINITE", details: { kernel: "Log", result: "sum" } });
    expect(error?.message).toMatch(/check\.test\.ts:\d+: the kernel Log produced the first NaN; the result sum contains NaN/);
  });

  it("goes back through an infinity to what made it", async () => {
    const error = await fault(({ x: v }) => {
      const parts = tf.div(1, v.sub(1));
      return { y: parts.sub(parts.relu()).softmax() };
    });
    expect(error).toMatchObject({ code: "LTAD_NOT_FINITE", details: { kernel: "RealDiv" } });
  });

  it("finds it in a gradient", async () => {
    const error = await fault(({ x: v }) => ({ dx: tf.grad((w) => tf.sqrt(w.sub(1)).sum())(v) }));
    expect(error).toMatchObject({ code: "LTAD_NOT_FINITE", details: { kernel: "RealDiv", result: "dx" } });
    expect(error?.message).toMatch(/check\.test\.ts:\d+/);
  });

  it("looks at no infinity that is thrown away, and lets those of inputs and constants through", async () => {
    const discarded: Fn = ({ x: v }) => ({ y: tf.where(v.greater(1), tf.log(v.sub(1)), tf.zerosLike(v)) });
    expect(await fault(discarded)).toBeUndefined();
    const masked: Fn = ({ x: v }, { mask }) => ({
      y: tf.softmax(v.add(mask)),
      all: v.add(mask),
    });
    expect(await fault(masked, good, { mask: float32([3], [0, -Infinity, 0]) })).toBeUndefined();
    const closed = await fault(masked, good, { mask: float32([3], [-Infinity, -Infinity, -Infinity]) });
    expect(closed).toMatchObject({ code: "LTAD_NOT_FINITE" });
  });

  it("names the input that holds NaN", async () => {
    const error = await fault(({ x: v }) => ({ y: v.mul(2) }), float32([1, 3], [1, Number.NaN, 2]));
    expect(error?.message).toMatch(/^input x: contains NaN, and so does the result y/);
  });

  it("gives the results where all is well, and without check everything passes through", async () => {
    const fn: TracedFunction<typeof x> = ({ x: v }) => ({ y: tf.log(v.sub(1)), whole: v.cast("int32") });
    const program = await jit(fn, x, { engine, check: true });
    expect(program.outputs).toEqual(["y", "whole"]);
    const { y } = await program.run({ x: float32([1, 3], [2, 2, 2]) });
    expect(y).toEqual(float32([1, 3]));
    await program.dispose();
    const silent = await jit(fn, x, { engine });
    expect([...((await silent.run({ x: float32([1, 3], [1, 0, 2]) }))["y"]?.data ?? [])]).toEqual([-Infinity, Number.NaN, 0]);
    await silent.dispose();
  });

  it("watches a training step, and leaves the state as it was", async () => {
    const program = await trainStep({
      params: { w: float32([3], [1, 2, 3]) },
      inputs: { x: f32(2, 3) },
      engine,
      check: true,
      loss: ({ w }, { x }) => ({ loss: tf.log(x.mul(w).sum(1)).mean<tf.Scalar>() }),
    });
    const before = program.params();
    await expect(program.step({ x: float32([2, 3], [0, 0, 0, 1, 1, 1]) }, { learningRate: 0.1 })).rejects.toMatchObject({
      code: "LTAD_NOT_FINITE",
      message: expect.stringMatching(/check\.test\.ts:\d+: the kernel (Log|RealDiv) produced the first infinity/) as string,
    });
    expect(program.params()).toEqual(before);
    expect((await program.step({ x: good }, { learningRate: 0.1 }))["loss"]).toBeGreaterThan(0);
    await program.dispose();
  });
});

it("leaves no trace on TF.js", async () => {
  const program = await jit(({ x: v }) => ({ y: v.neg() }), x, { engine: "tensorflow", check: true });
  const { numTensors } = tf.memory();
  await program.run({ x: good });
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(Object.hasOwn(tf.engine(), "runKernel")).toBe(false);
  await program.dispose();
});
