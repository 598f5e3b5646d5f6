import { float32, type NdArray } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { bool, f32, jit, saveOnnx, tensorsOf, toOnnx, toTensor, trainStep, type JitOptions, type Program } from "./index.js";

const mask: NdArray = { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 255) };
const bits: NdArray = { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) };
const x = float32([3], [1, 2, 3]);
const shared: NdArray = { dtype: "float32", shape: [3], data: new Float32Array(new SharedArrayBuffer(12)) };

const refusal = (message: string | RegExp) => ({ code: "LTAD_SHAPE", message: expect.stringMatching(message) as string });
const of255 = /mask: expected 0 or 1 in a bool array, received 255 at index 2\. /;
const ofShared = /: expected numbers of its own, received numbers in a SharedArrayBuffer\. Copy them with data\.slice\(\)\.$/;
const ofTensor = /: expected arrays \{ dtype, shape, data \}, received a tf\.Tensor\. Copy it with toNdArray\.$/;

const whereOf = (mask: tf.Tensor, x: tf.Tensor) => ({ y: tf.where(mask, x, tf.zerosLike(x)) });

describe.each([{}, { engine: "tensorflow" }, { check: true }] as const)("jit with %o", (options: JitOptions) => {
  const run = async (array: unknown, spec = f32(3)) => {
    const program = await jit(({ x }) => ({ y: x.toFloat().add(1) }), { x: spec }, options);
    try {
      return await (program as Program).run({ x: array } as never);
    } finally {
      await program.dispose();
    }
  };

  it("refuses a bool input with other numbers than 0 and 1, and takes the others", async () => {
    const program = await jit(({ mask, x }) => whereOf(mask, x), { mask: bool(3), x: f32(3) }, options);
    await expect(program.run({ mask, x })).rejects.toMatchObject(refusal(of255));
    expect([...(await program.run({ mask: bits, x })).y.data]).toEqual([1, 0, 3]);
    await program.dispose();
  });

  it("refuses a bool constant with other numbers than 0 and 1", async () => {
    const made = (constants: { mask: NdArray }) => jit(({ x }, { mask }) => whereOf(mask, x), { x: f32(3) }, { ...options, constants });
    await expect(made({ mask })).rejects.toMatchObject(refusal(of255));
    const program = await made({ mask: bits });
    expect([...(await program.run({ x })).y.data]).toEqual([1, 0, 3]);
    await program.dispose();
  });

  it("refuses shared memory as an input and as a constant", async () => {
    await expect(run(shared)).rejects.toMatchObject(refusal(/^input x: expected/));
    await expect(run(shared)).rejects.toMatchObject(refusal(ofShared));
    const constants = { table: { w: shared } };
    const made = jit(({ x }, { table }) => ({ y: x.add(table.w) }), { x: f32(3) }, { ...options, constants });
    await expect(made).rejects.toMatchObject(refusal(ofShared));
  });

  it("names a tensor that is an input or a constant", async () => {
    await expect(run(tf.ones([3]))).rejects.toMatchObject(refusal(ofTensor));
    const constants = { table: { w: tf.ones([3]) } } as never;
    const made = jit(({ x }) => ({ y: x }), { x: f32(3) }, { ...options, constants });
    await expect(made).rejects.toMatchObject(refusal(ofTensor));
    await expect(made).rejects.toMatchObject(refusal(/^jit: options\.constants\.table\.w:/));
  });

  it.each<[unknown[], string]>([
    [[1.5, 4], "[1.5, 4]"],
    [["2", 3], '["2", 3]'],
    [[-2, 3], "[-2, 3]"],
    [[6n, 1], "[6, 1]"],
    [[, 6], "[nothing, 6]"], // oxlint-disable-line no-sparse-arrays
  ])("refuses the shape %o where the batch is free", async (shape, received) => {
    const array = { dtype: "float32", shape, data: new Float32Array(6) };
    const message = `input x: shape: expected whole numbers of 0 or more, received ${received}.`;
    await expect(run(array, f32(null, shape[1] as number) as never)).rejects.toMatchObject({ code: "LTAD_SHAPE", message });
  });
});

describe("a bool array with other numbers than 0 and 1", () => {
  const options = { constants: { mask } };

  it("is no constant of a file", async () => {
    expect(() => toOnnx(({ x }, { mask }) => whereOf(mask, x), { x: f32(3) }, options)).toThrow(of255);
    await expect(saveOnnx("never.onnx", ({ x }, { mask }) => whereOf(mask, x), { x: f32(3) }, options)).rejects.toThrow(of255);
  });

  it("is no tensor", () => {
    expect(() => toTensor(mask)).toThrow("toTensor: array: expected 0 or 1 in a bool array, received 255 at index 2");
    expect(() => tensorsOf({ a: { mask } })).toThrow("tensorsOf: tree.a.mask: expected 0 or 1 in a bool array");
    expect([...toTensor(bits).dataSync()]).toEqual([1, 0, 1]);
  });

  it.each(["onnx", "tensorflow"] as const)("is no input, constant, buffer or state of a training (%s)", async (engine) => {
    const make = (constant: NdArray, buffer: NdArray) =>
      trainStep({
        engine,
        params: { w: x },
        constants: { mask: constant },
        buffers: { last: { mask: buffer } },
        inputs: { mask: bool(3) },
        accumulate: true,
        learningRate: 0.1,
        loss: ({ w }, { mask }, constants, { last }) => [
          { loss: tf.where(tf.logicalAnd(tf.logicalOr(mask, last.mask), constants.mask), w, tf.zerosLike(w)).sum<tf.Scalar>() },
          { last: { mask } },
        ],
      });
    await expect(make(mask, bits)).rejects.toThrow(of255);
    await expect(make(bits, mask)).rejects.toThrow(of255);
    const training = await make(bits, bits);
    expect((await training.step({ mask: bits })).loss).toBe(4);
    await expect(training.step({ mask })).rejects.toMatchObject(refusal(of255));
    await expect(training.accumulate({ mask })).rejects.toMatchObject(refusal(of255));
    await expect(training.steps([{ mask: bits }, { mask }])).rejects.toMatchObject(
      refusal(/^steps: batches\.1: input mask: expected 0 or/),
    );
    const state = training.state();
    expect(() => training.restore({ ...state, "buffers.last.mask": mask })).toThrow(of255);
    expect(training.state()).toEqual(state);
    await training.dispose();
  });
});

it("a training names a tensor among its parameters, and takes parameters in shared memory, which it copies", async () => {
  const make = (w: NdArray) => trainStep({ params: { w }, inputs: { x: f32(3) }, loss: ({ w }, { x }) => ({ loss: w.mul(x).sum() }) });
  await expect(make(tf.ones([3]) as never)).rejects.toMatchObject(refusal(ofTensor));
  await expect(make(tf.ones([3]) as never)).rejects.toThrow("trainStep: options.params.w: expected arrays");
  const training = await make(shared);
  training.restore({ ...training.state(), "params.w": shared });
  expect((await training.step({ x }, { learningRate: 0.1 })).loss).toBe(0);
  await expect(training.step({ x: shared }, { learningRate: 0.1 })).rejects.toMatchObject(refusal(ofShared));
  await training.dispose();
});
