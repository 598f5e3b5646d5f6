import { createRng, float32, type NdArray, type Tree } from "@ltad/core";
import { wrongCalls } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as api from "./index.js";
import * as nn from "./nn.js";

const rng = createRng(1);
const tensors = <P extends Tree<NdArray>>(params: P) => api.tensorsOf(params);
const [map, rows, batch] = [tf.ones<tf.Rank.R4>([1, 4, 4, 2]), tf.ones([3, 2]), tf.ones<tf.Rank.R3>([1, 3, 4])];
const inputs = { x: api.f32(2) };
const fn = ({ x }: { x: tf.Tensor }) => ({ y: tf.add(x, 1) });
const warm = { base: 1, warmup: 2, total: 9 };
const params = { w: float32([2], [1, 2]) };
const loss = ({ w }: { w: tf.Tensor }) => ({ loss: w.square().sum() });
const step = { params, inputs, loss };
const model = api.toOnnx(fn, inputs);
const attend = (x: tf.Tensor3D) => x;
const parts = { norm1: tensors(nn.initLayerNorm(4)), norm2: tensors(nn.initLayerNorm(4)), attend, feedForward: attend };
const packed = tensors(nn.initAttention(4, rng));

const before = process.cwd();
process.chdir(tmpdir()); // a wrong path is a file name
afterAll(() => process.chdir(before));

type Calls = Readonly<Record<string, readonly unknown[]>>;

const calls: Calls = {
  jit: [fn, inputs, { threads: 1 }],
  toOnnx: [fn, inputs, { weights: "float32" }],
  saveOnnx: [join(tmpdir(), "ltad-wrong.onnx"), fn, inputs, {}],
  trainStep: [step],
  trainStepToOnnx: [step],
  openProgram: [model, { threads: 1 }],
  tensorsOf: [params],
  toTensor: [params.w],
  toNdArray: [rows],
  constantSchedule: [1, { base: 1, warmup: 2 }],
  cosineSchedule: [1, warm],
  linearSchedule: [1, warm],
  stepSchedule: [1, { base: 1, milestones: [3], factor: 0.5, warmup: 2 }],
};

const layers: Calls = {
  initLinear: [2, 3, rng],
  zeroLinear: [2, 3],
  xavierUniform: [2, 3, rng],
  linear: [tensors(nn.initLinear(2, 3, rng)), rows],
  initLayerNorm: [2],
  layerNorm: [tensors(nn.initLayerNorm(2)), rows],
  initConv2d: [2, 3, rng, 3],
  conv2d: [tensors(nn.initConv2d(2, 3, rng)), map, 1, "same"],
  depthwiseConv2d: [{ weight: tf.ones([3, 3, 2, 1]), bias: tf.zeros([2]) }, map, 1, "same"],
  initConvTranspose: [2, 3, rng],
  convTranspose: [tensors(nn.initConvTranspose(2, 3, rng)), map, [8, 8]],
  initEmbedding: [4, 2, rng, 0.1],
  embedding: [tensors(nn.initEmbedding(4, 2, rng)), tf.tensor2d([[0, 1]], [1, 2], "int32")],
  firstRows: [tensors(nn.initEmbedding(4, 2, rng)), 2],
  gelu: [rows],
  silu: [rows],
  unitLength: [rows, { add: 0.1 }],
  resizeBilinear: [map, [8, 8]],
  attention: [batch, batch, batch],
  initAttention: [4, rng],
  unpacked: [packed],
  multiHeadAttention: [nn.unpacked(packed), { query: batch, key: batch, value: batch }, 2],
  splitHeads: [batch, 2],
  mergeHeads: [nn.splitHeads(batch, 2)],
  initTransformerLayer: [4, 8, rng],
  postNormLayer: [parts, batch],
  preNormLayer: [parts, batch],
  feedForward: [tensors(nn.initLinear(4, 8, rng)), tensors(nn.initLinear(8, 4, rng)), nn.gelu, batch],
  layersOf: [2, (i: number) => i],
  initBatchNorm: [2],
  initRunningStatistics: [2],
  batchNorm: [tensors(nn.initBatchNorm(2)), tensors(nn.initRunningStatistics(2)), rows, { training: true }],
  uniformFrom: [[2, 3], tf.scalar(1, "int32"), 0],
  dropout: [rows, 0.5, tf.scalar(1, "int32")],
  initLstm: [2, 3, rng],
  initGru: [2, 3, rng],
  lstmCell: [tensors(nn.initLstm(2, 3, rng)), rows, { h: tf.zeros([3, 3]), c: tf.zeros([3, 3]) }],
  gruCell: [tensors(nn.initGru(2, 3, rng)), rows, tf.zeros([3, 3])],
  zeroState: [rows, 3],
  unrolled: [batch, rows, (x: tf.Tensor2D) => x],
  fromLayersModel: [tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] })],
};
/** Parameters are records with whatever keys their users like; those of layers may have more. */
const open = /argument \d with an unknown key/;
const closed = new Set([
  "jit",
  "toOnnx",
  "saveOnnx",
  "trainStep",
  "trainStepToOnnx",
  "openProgram",
  "constantSchedule",
  "cosineSchedule",
  "linearSchedule",
  "stepSchedule",
  "unitLength",
]);

describe.each([
  ["@ltad/jit", api as Record<string, unknown>, calls, ["registerGradients", "f32", "i32", "bool"]],
  ["@ltad/jit/nn", nn as Record<string, unknown>, layers, ["fromGraphModel"]],
] as const)("%s", (_, functions, examples, others) => {
  it("has a right call of every function", () => {
    const names = Object.keys(functions).filter((name) => typeof functions[name] === "function");
    expect(names.filter((name) => !(name in examples) && !(others as readonly string[]).includes(name))).toEqual([]);
  });

  it.each(Object.entries(examples))("%s refuses what it cannot take in our words", async (name, args) => {
    const run = functions[name] as (...args: never[]) => unknown;
    await run(...(args as never[]));
    const faults = await wrongCalls({ name, run, args });
    const inputsAreOpen = (fault: string) =>
      open.test(fault) && (!closed.has(name) || args[Number(/argument (\d)/.exec(fault)?.[1])] === inputs);
    expect(faults.filter((fault) => !inputsAreOpen(fault))).toEqual([]);
  });
});

describe("trainStep names the nearest option", () => {
  it.each([
    [{ optimizer: { clipNorm: 1 } }, /optimizer: unknown\. Did you mean optimiser\?/],
    [{ optimiser: { weight_decay: 1 } }, /optimiser\.weight_decay: unknown\. Did you mean weightDecay\?/],
    [{ optimiser: { kind: "adamax" } }, /optimiser\.kind: expected one of adamw, adam, sgd, rmsprop, received "adamax"/],
    [{ optimiser: { kind: "sgd", beta1: 0.9 } }, /optimiser\.beta1: unknown/],
    [{ optimiser: { kind: "sgd", nesterov: true } }, /optimiser\.nesterov/],
    [{ optimiser: { beta1: 1 } }, /beta1: expected a number from 0 to below 1, received 1/],
    [{ optimiser: { kind: "rmsprop", decay: 1 } }, /decay: expected a number from 0 to below 1, received 1/],
    [{ optimiser: "adam" }, /optimiser: expected an object/],
    [{ optimiser: Object.create({ kind: "sgd" }) as object }, /optimiser: expected a plain object with a kind of its own/],
    [{ freeze: ["v"] }, /freeze: v is neither a parameter.*Did you mean w\?/],
    [{ freeze: ["w"] }, /every parameter is frozen/],
  ])("%o", async (more, message) => {
    await expect(api.trainStep({ ...step, ...more } as never)).rejects.toMatchObject({
      code: "LTAD_CONFIG",
      message: expect.stringMatching(message),
    });
  });

  it("step without its arguments, with a wrong one and after dispose", async () => {
    const training = await api.trainStep(step as never);
    const x = float32([2]);
    for (const [batch, at] of [
      [{ x }],
      [{ x }, { lr: 1 }],
      [undefined, { learningRate: 1 }],
      [{ x: null }, { learningRate: 1 }],
      [{ x: [1, 2] }, { learningRate: 1 }],
    ])
      await expect(training.step(batch as never, at as never)).rejects.toMatchObject({ name: "LtadError" });
    const wrong = { dtype: "float32", shape: [2], data: new Float64Array(2) } as unknown as NdArray;
    await expect(training.step({ x: wrong }, { learningRate: 1 })).rejects.toMatchObject({
      code: "LTAD_SHAPE",
      message: expect.stringContaining("Float64Array"),
    });
    await expect(training.accumulate({ x })).rejects.toMatchObject({
      code: "LTAD_CONFIG",
      message: expect.stringContaining("accumulate: true"),
    });
    for (const state of [undefined, {}, { "params.w": x }, { ...training.state(), step: 3 }])
      expect(() => training.restore(state as never)).toThrow(expect.objectContaining({ name: "LtadError" }));
    const negative = { ...training.state(), step: { dtype: "int32", shape: [], data: Int32Array.of(-1) } as const };
    expect(() => training.restore(negative)).toThrow("step: expected a whole number of 0 or more");
    expect(() => training.restore({ ...training.state(), "params.other": x })).toThrow("state.params.other: unknown");
    await expect(training.step({ x }, { learningRate: -1 })).rejects.toThrow("expected a number of 0 or more");
    for (const learningRate of [1n, () => 1n])
      await expect(training.step({ x }, { learningRate } as never)).rejects.toMatchObject({
        code: "LTAD_CONFIG",
        message: expect.stringContaining("expected a number of 0 or more, received a BigInt."),
      });
    for (const path of [undefined, 3, Buffer.from("x")])
      await expect(training.save(path as never)).rejects.toMatchObject({ code: "LTAD_CONFIG" });
    const last = training.step({ x }, { learningRate: 0.1 });
    await training.dispose();
    expect((await last).loss).toBeCloseTo(5);
    await expect(training.step({ x }, { learningRate: 1 })).rejects.toMatchObject({ code: "LTAD_CONFIG" });
  });
});
