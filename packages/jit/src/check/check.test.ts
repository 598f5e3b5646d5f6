import { float32, type NdArray } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { jit, openProgram, toOnnx, trainStep, type Tensors, type TensorSpecs, type TracedFunction } from "../index.js";

const x = { x: { dtype: "float32", shape: [null, 3] } } as const satisfies TensorSpecs;
const good = float32([2, 3], [1, 2, 3, 4, 5, 6]);
const t = ({ x }: Tensors) => x as tf.Tensor2D;

describe.each(["onnx", "tensorflow"] as const)("check on %s", (engine) => {
  const fault = async (fn: TracedFunction, array: NdArray = good, constants = {}) => {
    const program = await jit(fn, x, { engine, check: true, constants });
    const error = await program.run({ x: array }).then(
      () => undefined,
      (e: unknown) => e as Error & { code: string; details: Record<string, unknown> },
    );
    await program.dispose();
    return error;
  };

  it("names the operation that made the first NaN, and its line", async () => {
    const error = await fault((all) => {
      const shifted = t(all).sub(2);
      const logs = tf.log(shifted);
      return { fine: shifted, sum: logs.exp().sum() };
    });
    expect(error).toMatchObject({ code: "LTAD_NOT_FINITE", details: { kernel: "Log", result: "sum" } });
    expect(error?.message).toMatch(/check\.test\.ts:\d+: the kernel Log made the first NaN; the result sum holds NaN/);
  });

  it("goes back through an infinity to what made it", async () => {
    const error = await fault((all) => {
      const parts = tf.div(1, t(all).sub(1));
      return { y: parts.sub(parts.relu()).softmax() };
    });
    expect(error).toMatchObject({ code: "LTAD_NOT_FINITE", details: { kernel: "RealDiv" } });
  });

  it("finds it in a gradient", async () => {
    const error = await fault((all) => ({ dx: tf.grad((v) => tf.sqrt(v.sub(1)).sum())(t(all)) }));
    expect(error).toMatchObject({ code: "LTAD_NOT_FINITE", details: { kernel: "RealDiv", result: "dx" } });
    expect(error?.message).toMatch(/check\.test\.ts:\d+/);
  });

  it("looks at no infinity that is thrown away, and lets those of inputs and constants through", async () => {
    const discarded: TracedFunction = (all) => ({ y: tf.where(t(all).greater(1), tf.log(t(all).sub(1)), tf.zerosLike(t(all))) });
    expect(await fault(discarded)).toBeUndefined();
    const masked: TracedFunction = (all) => ({
      y: tf.softmax(t(all).add(all["mask"]!)),
      all: t(all).add(all["mask"]!),
    });
    expect(await fault(masked, good, { mask: float32([3], [0, -Infinity, 0]) })).toBeUndefined();
    const closed = await fault(masked, good, { mask: float32([3], [-Infinity, -Infinity, -Infinity]) });
    expect(closed).toMatchObject({ code: "LTAD_NOT_FINITE" });
  });

  it("names the input that holds NaN", async () => {
    const error = await fault((all) => ({ y: t(all).mul(2) }), float32([1, 3], [1, Number.NaN, 2]));
    expect(error?.message).toMatch(/^input x: holds NaN, and so does the result y/);
  });

  it("gives the results where all is well, and without check everything passes through", async () => {
    const fn: TracedFunction = (all) => ({ y: tf.log(t(all).sub(1)), whole: t(all).cast("int32") });
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
      inputs: { x: { dtype: "float32", shape: [2, 3] } },
      engine,
      check: true,
      loss: ({ w }, { x }) => ({ loss: tf.log(x.mul(w).sum(1)).mean<tf.Scalar>() }),
    });
    const before = program.params();
    await expect(program.step({ x: float32([2, 3], [0, 0, 0, 1, 1, 1]) }, { learningRate: 0.1 })).rejects.toMatchObject({
      code: "LTAD_NOT_FINITE",
      message: expect.stringMatching(/check\.test\.ts:\d+: the kernel (Log|RealDiv) made the first infinity/) as string,
    });
    expect(program.params()).toEqual(before);
    expect((await program.step({ x: good }, { learningRate: 0.1 }))["loss"]).toBeGreaterThan(0);
    await program.dispose();
  });
});

it("leaves no trace on TF.js", async () => {
  const program = await jit((all) => ({ y: t(all).neg() }), x, { engine: "tensorflow", check: true });
  const { numTensors } = tf.memory();
  await program.run({ x: good });
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(Object.hasOwn(tf.engine(), "runKernel")).toBe(false);
  await program.dispose();
});

it("cannot look into a finished file", async () => {
  const model = toOnnx((all) => ({ y: t(all).neg() }), x);
  await expect(openProgram(model, { check: true })).rejects.toMatchObject({ code: "LTAD_CONFIG" });
});
