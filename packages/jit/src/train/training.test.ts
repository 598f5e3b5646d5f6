import { readFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeSafetensors, float32, int32 } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { constantSchedule, cosineSchedule, f32, i32, type OptimiserOptions, stepSchedule, trainStep } from "../index.js";
import { batchNorm, dropout, initBatchNorm, initRunningStatistics, linear, type Linear } from "../nn.js";

const folder = new URL("../__fixtures__/", import.meta.url);
const golden = JSON.parse(readFileSync(new URL("training.json", folder), "utf8")) as Record<"losses" | "rates", Record<string, number[]>>;
const { arrays } = decodeSafetensors(readFileSync(new URL("training.safetensors", folder)), "training.safetensors");
const array = (name: string) => arrays[name]!;
const layer = (i: number) => ({ weight: array(`initial.${i}.weight`), bias: array(`initial.${i}.bias`) });
const params = { "0": layer(0), "2": layer(2) };
const data = { x: array("x"), y: array("y") };

const network = (p: Record<string, Linear>, x: tf.Tensor2D) => linear(p["2"]!, tf.tanh(linear(p["0"]!, x)));
const problem = (rows: number) => ({
  params,
  inputs: { x: f32(rows, 5), y: f32(rows, 3) },
  threads: 1,
  loss: (p: Record<string, Linear>, { x, y }: { x: tf.Tensor2D; y: tf.Tensor2D }) => ({
    loss: tf.squaredDifference(network(p, x), y).mean<tf.Scalar>(),
  }),
});

function expectParams(name: string, found: typeof params, atol: number) {
  for (const i of ["0", "2"] as const)
    for (const part of ["weight", "bias"] as const)
      expectClose(found[i][part].data, array(`${name}.${i}.${part}`).data, { rtol: 0, atol }, `${name}.${i}.${part}`);
}

const optimisers: Readonly<Record<string, readonly [OptimiserOptions, number]>> = {
  sgd: [{ kind: "sgd" }, 0.1],
  sgd_momentum: [{ kind: "sgd", momentum: 0.9, weightDecay: 0.01 }, 0.05],
  sgd_nesterov: [{ kind: "sgd", momentum: 0.9, nesterov: true }, 0.05],
  adam: [{ kind: "adam", weightDecay: 0.02 }, 0.01],
  rmsprop: [{ kind: "rmsprop" }, 0.01],
  rmsprop_all: [{ kind: "rmsprop", decay: 0.9, momentum: 0.5, centred: true, weightDecay: 0.01 }, 0.01],
};

const schedules: Readonly<Record<string, (step: number) => number>> = {
  constant: (step) => constantSchedule(step, { base: 0.02, warmup: 4 }),
  cosine: (step) => cosineSchedule(step, { base: 0.02, warmup: 4, total: 10, floor: 0.1 }),
  milestones: (step) => stepSchedule(step, { base: 0.02, warmup: 4, milestones: [3, 7], factor: 0.5 }),
};

it.each(Object.entries(schedules))("the schedule %s gives torch's learning rates", (name, learningRate) => {
  const expected = golden.rates[name]!;
  expectClose(
    expected.map((_, step) => learningRate(step)),
    expected,
    { rtol: 1e-12, atol: 0 },
    name,
  );
});

describe.each(["onnx", "tensorflow"] as const)("a training on %s is torch's", (engine) => {
  it.each(Object.entries(schedules))("with the schedule %s, which goes on after a restart", async (name, learningRate) => {
    const make = () => trainStep({ ...problem(12), engine, learningRate });
    const [stopped, resumed] = [await make(), await make()];
    const losses = [];
    for (let i = 0; i < 6; i++) losses.push((await stopped.step(data)).loss);
    resumed.restore(stopped.state());
    for (const { loss } of await resumed.steps([data, data, data, data])) losses.push(loss);
    expectClose(losses, golden.losses[name]!, { rtol: 5e-6, atol: 0 }, "losses");
    expectParams(name, resumed.params(), 3e-6);
    await Promise.all([stopped.dispose(), resumed.dispose()]);
  });

  it.each(Object.entries(optimisers))("with %s", async (name, [optimiser, learningRate]) => {
    const training = await trainStep({ ...problem(12), engine, optimiser });
    for (const expected of golden.losses[name]!) {
      const { loss } = await training.step(data, { learningRate });
      expectClose([loss], [expected], { rtol: 5e-6, atol: 0 }, `${name}: loss`);
    }
    expectParams(name, training.params(), 3e-6);
    await training.dispose();
  });

  it("with gradients of three batches in each step, and half of them restored", async () => {
    const training = await trainStep({ ...problem(4), engine, accumulate: true });
    const part = (i: number) => ({
      x: float32([4, 5], data.x.data.slice(20 * i, 20 * (i + 1))),
      y: float32([4, 3], data.y.data.slice(12 * i, 12 * (i + 1))),
    });
    for (const [step, expected] of golden.losses["accumulated"]!.entries()) {
      const { loss: first } = await training.accumulate(part(0));
      if (step === 3) training.restore(training.state());
      const { loss: second } = await training.accumulate(part(1));
      const { loss: third } = await training.step(part(2), { learningRate: 0.01 });
      expectClose([(first + second + third) / 3], [expected], { rtol: 5e-6, atol: 0 }, "loss");
    }
    expectParams("accumulated", training.params(), 3e-6);
    await training.dispose();
  });

  it("with a frozen layer, which stays and is saved", async () => {
    const training = await trainStep({ ...problem(12), engine, freeze: ["0"] });
    for (const expected of golden.losses["frozen"]!)
      expectClose([(await training.step(data, { learningRate: 0.01 })).loss], [expected], { rtol: 5e-6, atol: 0 }, "loss");
    expectParams("frozen", training.params(), 3e-6);
    expect(training.params()["0"]).toEqual(params["0"]);
    expect(Object.keys(training.state()).filter((name) => name.startsWith("m."))).toEqual(["m.2.weight", "m.2.bias"]);
    const other = await trainStep({ ...problem(12), engine, freeze: ["0"], params: { ...params, "0": layer(0) } });
    other.restore({
      ...training.state(),
      "params.0.bias": float32(
        [7],
        Array.from({ length: 7 }, () => 1),
      ),
    });
    expect([...other.params()["0"].bias.data]).toEqual(Array.from({ length: 7 }, () => 1));
    await Promise.all([training.dispose(), other.dispose()]);
  });

  it("saves and loads everything in one call", async () => {
    const path = join(await mkdtemp(join(tmpdir(), "ltad-")), "training.safetensors");
    const make = () => trainStep({ ...problem(12), engine, optimiser: { kind: "rmsprop", momentum: 0.9, centred: true } });
    const [whole, stopped, resumed] = [await make(), await make(), await make()];
    const at = { learningRate: 0.01 };
    for (let i = 0; i < 6; i++) await whole.step(data, at);
    for (let i = 0; i < 2; i++) await stopped.step(data, at);
    await stopped.save(path);
    await resumed.load(path);
    for (let i = 0; i < 4; i++) await resumed.step(data, at);
    expect(resumed.state()).toEqual(whole.state());
    await Promise.all([whole, stopped, resumed].map((training) => training.dispose()));
  });

  it("keeps the running statistics of batch norm as buffers, and drops places by a seed", async () => {
    const training = await trainStep({
      params: { norm: initBatchNorm(5), out: { weight: float32([1, 5], [1, 2, 3, 4, 5]), bias: float32([1]) } },
      buffers: { norm: initRunningStatistics(5) },
      inputs: { x: f32(4, 3, 2, 5), seed: i32() },
      engine,
      loss({ norm, out }, { x, seed }, _, buffers) {
        const { y, statistics } = batchNorm(norm, buffers.norm, x, { training: true });
        const kept = dropout(y, 0.25, seed, 1);
        return [{ loss: linear(out, kept).square().mean<tf.Scalar>() }, { norm: statistics }] as const;
      },
    });
    const seeds = [int32([], [3]), int32([], [4])];
    const losses: number[] = [];
    for (const [step, seed] of seeds.entries())
      losses.push((await training.step({ x: array(`norm.${step}.x`), seed }, { learningRate: 0 })).loss);
    expect(losses[0]).not.toBe(losses[1]);
    const { norm } = training.buffers();
    expectClose(norm.running_mean.data, array("norm.1.mean").data, { rtol: 0, atol: 1e-6 }, "running mean");
    expectClose(norm.running_var.data, array("norm.1.var").data, { rtol: 1e-5, atol: 0 }, "running variance");
    expect((await training.step({ x: array("norm.0.x"), seed: seeds[0]! }, { learningRate: 0 })).loss).toBe(losses[0]);
    await training.dispose();
  });
});

it("refuses buffers that do not come back", async () => {
  const buffers = { seen: float32([2]) };
  const loss = ({ w }: { w: tf.Tensor }) => ({ loss: w.sum<tf.Scalar>() });
  const make = (returned: unknown) =>
    trainStep({
      params: { w: float32([2]) },
      inputs: { x: f32(1) },
      buffers,
      loss: ((p: { w: tf.Tensor }) => [loss(p), returned]) as never,
    });
  for (const returned of [undefined, {}, { seen: tf.scalar(1) }, { other: tf.zeros([2]) }])
    await expect(make(returned)).rejects.toMatchObject({ code: "LTAD_TRACE", message: expect.stringContaining("buffers.") as string });
});

it.each(["onnx", "tensorflow"] as const)("refuses a buffer that changes its type (%s)", async (engine) => {
  const make = (next: (n: tf.Tensor) => tf.Tensor) =>
    trainStep({
      engine,
      params: { w: float32([2], [1, 2]) },
      buffers: { count: { n: float32([], [0]) } },
      inputs: { x: f32(2) },
      learningRate: 0.1,
      loss: ({ w }, { x }, _, { count }) => [{ loss: w.mul(x).sum<tf.Scalar>() }, { count: { n: next(count.n) } }],
    });
  const x = float32([2], [1, 1]);
  const toInt = (n: tf.Tensor) => n.add(1).toInt();
  await expect(make(toInt).then((training) => training.step({ x }))).rejects.toMatchObject({
    code: "LTAD_TRACE",
    message: expect.stringContaining("loss: buffers.count.n: expected float32 [], received int32 [].") as string,
  });
  const training = await make((n) => n.add(1));
  await training.step({ x });
  training.restore(training.state());
  await training.step({ x });
  expect(training.buffers().count.n).toEqual(float32([], [2]));
  await training.dispose();
});

it("refuses such a buffer before the first step, where the loss is traced", async () => {
  const made = trainStep({
    params: { w: float32([2]) },
    buffers: { n: float32([]) },
    inputs: { x: f32(2) },
    loss: ({ w }, { x }, _, { n }) => [{ loss: w.mul(x).sum<tf.Scalar>() }, { n: n.toInt() }],
  });
  await expect(made).rejects.toMatchObject({ code: "LTAD_TRACE" });
});
