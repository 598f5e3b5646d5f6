import { readFileSync } from "node:fs";
import { createRng, decodeSafetensors, float32, int32, type NdArrays } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { f32, jit, tensorsOf, trainStep } from "../index.js";
import {
  batchNorm,
  dropout,
  fromGraphModel,
  fromLayersModel,
  gruCell,
  initGru,
  initLstm,
  lstmCell,
  unrolled,
  uniformFrom,
  zeroState,
} from "../nn.js";

const folder = new URL("../__fixtures__/", import.meta.url);
const { arrays } = decodeSafetensors(readFileSync(new URL("training.safetensors", folder)), "training.safetensors");
const array = (name: string) => arrays[name]!;
const engines = ["onnx", "tensorflow"] as const;

async function run(fn: (inputs: never) => Record<string, tf.Tensor>, inputs: NdArrays, engine: (typeof engines)[number], free = false) {
  const specs = Object.entries(inputs).map(([name, { dtype, shape }]) => [
    name,
    { dtype, shape: free ? [null, ...shape.slice(1)] : shape },
  ]);
  const program = await jit(fn as never, Object.fromEntries(specs) as never, { engine });
  const results = await program.run(inputs as never);
  await program.dispose();
  return results as NdArrays;
}
const expectGolden = (found: { data: ArrayLike<number> } | undefined, name: string, atol = 5e-6) =>
  expectClose(found!.data, array(name).data, { rtol: 0, atol }, name);

describe.each(engines)("on %s", (engine) => {
  it("batch norm is torch's, in training, its gradients, and afterwards", async () => {
    for (const step of [0, 1]) {
      const results = await run(
        ({ x, up, weight, bias, mean, var: variance }: Record<string, tf.Tensor4D>) => {
          const p = { weight: weight!, bias: bias! };
          const statistics = { running_mean: mean!, running_var: variance! };
          const forward = (a: tf.Tensor, w: tf.Tensor, b: tf.Tensor) =>
            batchNorm({ weight: w, bias: b }, statistics, a, { training: true }).y.mul(up!).sum<tf.Scalar>();
          const [dx, dw, db] = tf.grads(forward)([x!, weight!, bias!]);
          const { y, statistics: next } = batchNorm(p, statistics, x!, { training: true });
          return {
            y,
            dx: dx!,
            dw: dw!,
            db: db!,
            nextMean: next.running_mean,
            nextVar: next.running_var,
            eval: batchNorm(p, next, x!, { training: false }).y,
          };
        },
        {
          x: array(`norm.${step}.x`),
          up: array(`norm.${step}.upstream`),
          weight: array("norm.weight"),
          bias: array("norm.bias"),
          mean: step === 0 ? float32([5]) : array("norm.0.mean"),
          var: step === 0 ? float32([5], [1, 1, 1, 1, 1]) : array("norm.0.var"),
        },
        engine,
      );
      for (const [key, name] of Object.entries({ y: "y", dx: "dx", dw: "dweight", db: "dbias", nextMean: "mean", nextVar: "var" }))
        expectGolden(results[key], `norm.${step}.${name}`);
      if (step === 1) expectGolden(results["eval"], "norm.eval");
    }
  });

  it.each(["lstm", "gru"] as const)("%s is torch's along a sequence, with its gradients", async (kind) => {
    const names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"] as const;
    const given = Object.fromEntries(names.map((name) => [name, array(`${kind}.${name}`)]));
    const forward = (x: tf.Tensor3D, p: Parameters<typeof gruCell>[0]) => {
      if (kind === "gru")
        return {
          y: tf.stack(
            unrolled(x, zeroState(x, 6), (row, h) => gruCell(p, row, h)),
            1,
          ),
        };
      const states = unrolled(x, { h: zeroState(x, 6), c: zeroState(x, 6) }, (row, state) => lstmCell(p, row, state));
      return {
        y: tf.stack(
          states.map(({ h }) => h),
          1,
        ),
        c: states.at(-1)!.c,
      };
    };
    const results = await run(
      ({ x, up, ...p }: Record<string, tf.Tensor>) => {
        const list = [x!, ...names.map((name) => p[name]!)];
        const value = (...args: tf.Tensor[]) =>
          forward(args[0] as tf.Tensor3D, Object.fromEntries(names.map((name, i) => [name, args[i + 1]])) as never)
            .y.mul(up!)
            .sum<tf.Scalar>();
        const grads = tf.grads(value)(list);
        const slopes = Object.fromEntries(["x", ...names].map((name, i) => [`d_${name}`, grads[i]!]));
        return { ...forward(x as tf.Tensor3D, p as never), ...slopes };
      },
      { x: array(`${kind}.x`), up: array(`${kind}.upstream`), ...given },
      engine,
    );
    expectGolden(results["y"], `${kind}.y`);
    if (kind === "lstm") expectGolden(results["c"], "lstm.c");
    expectGolden(results["d_x"], `${kind}.dx`);
    for (const name of names) expectGolden(results[`d_${name}`], `${kind}.d.${name}`);
  });

  it("uniformFrom gives numpy's numbers for every seed and stream", async () => {
    for (const [seed, stream] of [
      [0, 0],
      [5, 0],
      [5, 3],
      [4157520, 1000],
    ] as const) {
      const { u } = await run(
        ({ seed }: { seed: tf.Tensor }) => ({ u: uniformFrom([5000], seed, stream) }),
        { seed: int32([], [seed]) },
        engine,
      );
      expectGolden(u, `uniform.${seed}.${stream}`, 2e-7);
    }
  });

  it("dropout keeps the mean, and the same places for the same seed", async () => {
    const x = float32([40, 50], new Float32Array(2000).fill(1));
    const drop = (seed: number) =>
      run(({ x, seed }: Record<string, tf.Tensor>) => ({ y: dropout(x!, 0.3, seed!) }), { x, seed: int32([], [seed]) }, engine);
    const [a, b, again] = [(await drop(1))["y"]!, (await drop(2))["y"]!, (await drop(1))["y"]!];
    expect(again.data).toEqual(a.data);
    expect(b.data).not.toEqual(a.data);
    const zeros = a.data.filter((v) => v === 0).length;
    expect(zeros).toBeGreaterThan(500);
    expect(zeros).toBeLessThan(700);
    expect(new Set(a.data)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
  });
});

it("cells run with any batch size", async () => {
  const p = tensorsOf(initGru(4, 6, createRng(1)));
  const { y } = await run(
    ({ x }: { x: tf.Tensor3D }) => ({ y: unrolled(x, zeroState(x, 6), (row, h) => gruCell(p, row, h)).at(-1)! }),
    { x: float32([7, 2, 4]) },
    "onnx",
    true,
  );
  expect(y!.shape).toEqual([7, 6]);
  expect(initLstm(4, 6, createRng(1)).weight_ih.shape).toEqual([24, 4]);
});

describe("a model of TensorFlow.js", () => {
  const layers = () => {
    const model = tf.sequential();
    model.add(
      tf.layers.dense({ units: 6, inputShape: [4], activation: "relu", kernelInitializer: tf.initializers.glorotUniform({ seed: 3 }) }),
    );
    model.add(tf.layers.batchNormalization());
    model.add(tf.layers.dense({ units: 2, kernelInitializer: tf.initializers.glorotUniform({ seed: 4 }) }));
    return model;
  };
  const x = float32([3, 4], createRng(2).normals(12));

  it("of layers is a function that trains, and stays as it was", async () => {
    const model = layers();
    const before = [...(model.predict(tf.tensor2d(x.data, [3, 4])) as tf.Tensor).dataSync()];
    const { params, buffers, forward } = fromLayersModel(model);
    const program = await jit(
      ({ x }, c) => ({ y: forward(c.params, c.buffers, x) }),
      { x: f32(null, 4) },
      { constants: { params, buffers } },
    );
    expectClose((await program.run({ x })).y.data, before, { rtol: 0, atol: 1e-6 }, "prediction");
    const training = await trainStep({
      params,
      inputs: { x: f32(3, 4) },
      constants: { buffers },
      loss: (p, { x }, c) => ({ loss: forward(p, c.buffers, x).square().mean<tf.Scalar>() }),
    });
    const first = await training.step({ x }, { learningRate: 0.05 });
    for (let i = 0; i < 20; i++) await training.step({ x }, { learningRate: 0.05 });
    expect((await training.step({ x }, { learningRate: 0.05 })).loss).toBeLessThan(0.3 * first.loss);
    expect([...(model.predict(tf.tensor2d(x.data, [3, 4])) as tf.Tensor).dataSync()]).toEqual(before);
    expect(() => forward({}, {}, tf.ones([1, 4]))).toThrow(/expected a tensor, received nothing/);
    await Promise.all([program.dispose(), training.dispose()]);
  });

  it("of a graph is one too", async () => {
    const [weight, bias] = [float32([4, 2], createRng(5).normals(8)), float32([2], [0.5, -1])];
    const node = (name: string, op: string, input: string[], attr: object = {}) => ({ name, op, input, attr });
    const type = { type: "DT_FLOAT" };
    const topology = {
      node: [
        node("x", "Placeholder", [], { dtype: type, shape: { shape: { dim: [{ size: "-1" }, { size: "4" }] } } }),
        node("dense/kernel", "Const", [], {
          dtype: type,
          value: { tensor: { dtype: "DT_FLOAT", tensorShape: { dim: [{ size: "4" }, { size: "2" }] } } },
        }),
        node("dense/bias", "Const", [], { dtype: type, value: { tensor: { dtype: "DT_FLOAT", tensorShape: { dim: [{ size: "2" }] } } } }),
        node("product", "MatMul", ["x", "dense/kernel"], { transpose_a: { b: false }, transpose_b: { b: false }, T: type }),
        node("y", "BiasAdd", ["product", "dense/bias"], { T: type }),
      ],
      library: {},
      versions: {},
    };
    const data = new Float32Array([...weight.data, ...bias.data]);
    const model = await tf.loadGraphModel(
      tf.io.fromMemory({
        modelTopology: topology,
        weightSpecs: [
          { name: "dense/kernel", shape: [4, 2], dtype: "float32" },
          { name: "dense/bias", shape: [2], dtype: "float32" },
        ],
        weightData: data.buffer,
      }),
    );
    const { params, buffers, forward } = fromGraphModel(model);
    const expected = [...(model.predict(tf.tensor2d(x.data, [3, 4])) as tf.Tensor).dataSync()];
    const training = await trainStep({
      params,
      inputs: { x: f32(3, 4) },
      constants: { buffers },
      loss: (p, { x }, c) => ({
        loss: forward(p, (c as { buffers: never }).buffers ?? {}, x)
          .square()
          .mean<tf.Scalar>(),
      }),
    });
    const { loss } = await training.step({ x }, { learningRate: 0.05 });
    expectClose([loss], [expected.reduce((sum, v) => sum + v * v, 0) / expected.length], { rtol: 1e-6, atol: 0 }, "loss");
    expect((await training.step({ x }, { learningRate: 0.05 })).loss).toBeLessThan(loss);
    expect([...(model.predict(tf.tensor2d(x.data, [3, 4])) as tf.Tensor).dataSync()]).toEqual(expected);
    await training.dispose();
    model.dispose();
  });
});
