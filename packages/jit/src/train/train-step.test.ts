import { createRng, float32, isLtadError, type NdArray } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { openProgram, trainStep, trainStepToOnnx, type JitOptions, type TrainStepOptions } from "../index.js";
import { gelu, layerNorm } from "../nn.js";

const rng = createRng("train step");
const weights = (rows: number, columns: number) => float32([rows, columns], rng.normals(rows * columns, 0.3));

// One weight is large enough to stand alone, the others are packed.
const params = {
  embed: { w: weights(7, 640), b: float32([640], rng.normals(640, 0.1)) },
  norm: { gamma: float32([640], rng.uniforms(640, 0.5, 1.5)), beta: float32([640]) },
  out: { w: weights(640, 3), b: float32([3]) },
};
const inputs = { x: { dtype: "float32", shape: [5, 7] }, y: { dtype: "float32", shape: [5, 3] } } as const;
const data = { x: float32([5, 7], rng.normals(35)), y: float32([5, 3], rng.normals(15)) };
const constants = { text: { table: float32([7, 7], rng.normals(49)) } };

type Options = JitOptions & { clipNorm?: number };
const compile = (options: Options = {}) => trainStep(problem(options));
const problem = ({ clipNorm, ...options }: Options) =>
  ({
    params,
    inputs,
    constants,
    threads: 1,
    ...options,
    optimiser: { weightDecay: 0.01, ...(clipNorm === undefined ? {} : { clipNorm }) },
    loss: ({ embed, norm, out }, { x, y }, { text: { table } }) => {
      const h = layerNorm({ weight: norm.gamma, bias: norm.beta }, gelu(tf.matMul(tf.matMul(x, table), embed.w).add(embed.b)));
      const error = tf.matMul(h, out.w).add(out.b).sub(y);
      return { loss: error.square().mean<tf.Scalar>(), worst: error.abs().max() };
    },
  }) satisfies TrainStepOptions<typeof params, typeof inputs, typeof constants>;

const at = { learningRate: 1e-2 };
/** The message of a refusal; undefined if there is none. */
const refusalOf = (run: () => void): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return isLtadError(error) ? error.message : String(error);
  }
};
const dataOf = (arrays: Record<string, NdArray>) => Object.entries(arrays).map(([name, { data }]) => [name, [...data]]);

describe("trainStep", () => {
  it("learns one batch, moves every weight and reports metrics and the norm", async () => {
    const program = await compile({ clipNorm: 1 });
    const before = program.state();
    const first = await program.step(data, at);
    expect(Object.keys(first).sort()).toEqual(["gradient_norm", "loss", "worst"]);
    for (const [name, { data }] of Object.entries(program.state()).filter(([key]) => key.startsWith("m.")))
      expect(
        data.some((x) => x !== 0),
        `${name}: no gradient`,
      ).toBe(true);
    for (let i = 0; i < 30; i++) await program.step(data, at);
    const last = await program.step(data, at);
    expect(last["loss"]).toBeLessThan(0.2 * first["loss"]);
    for (const [name, { data }] of Object.entries(program.state()))
      expect(
        data.some((x, i) => x !== before[name]?.data[i]),
        `${name} did not move`,
      ).toBe(true);
    expect(
      params.out.b.data.every((x) => x === 0),
      "the caller's arrays stay as they were",
    ).toBe(true);
    await program.dispose();
  });

  it("gives its graph as a file; with all weights 0 the loss is the mean square of y", async () => {
    const file = await openProgram(trainStepToOnnx(problem({})));
    const zeros = Object.entries(file.inputs).map(([name, { shape }]) => [name, float32(shape.map((n) => n ?? 1))] as const);
    const results = await file.run({ ...Object.fromEntries(zeros), ...data });
    const expected = data.y.data.reduce((sum, y) => sum + y * y, 0) / 15;
    expectClose(results["report.loss"]?.data ?? [], [expected], { rtol: 1e-6, atol: 0 }, "loss");
    expect(file.outputs.filter((name) => name.startsWith("next."))).toContain("next.params.embed.w");
    await file.dispose();
  });

  it("does the same on both engines", async () => {
    const [compiled, eager] = [await compile({ clipNorm: 0.5 }), await compile({ clipNorm: 0.5, engine: "tensorflow" })];
    for (let i = 0; i < 4; i++) {
      const [a, b] = [await compiled.step(data, at), await eager.step(data, at)];
      for (const name of ["loss", "worst", "gradient_norm"] as const)
        expectClose([a[name]], [b[name]], { rtol: 3e-5, atol: 1e-6 }, `${name}, step ${i}`);
    }
    const [a, b] = [compiled.params(), eager.params()];
    expectClose(a.embed.w.data, b.embed.w.data, { rtol: 0, atol: 1e-4 }, "embed.w");
    expect(a.norm.gamma.shape).toEqual([640]);
    await compiled.dispose();
    await eager.dispose();
  });

  it("repeats itself bit for bit", async () => {
    const [a, b] = [await compile(), await compile()];
    for (let i = 0; i < 3; i++) expect(await a.step(data, at)).toEqual(await b.step(data, at));
    expect(dataOf(a.state())).toEqual(dataOf(b.state()));
    await a.dispose();
    await b.dispose();
  });

  it.each(["onnx", "tensorflow"] as const)("goes on from a saved state as if it had not stopped (%s)", async (engine) => {
    const [whole, first, second] = [await compile({ engine }), await compile({ engine }), await compile({ engine })];
    for (let i = 0; i < 5; i++) await whole.step(data, at);
    for (let i = 0; i < 2; i++) await first.step(data, at);
    second.restore(first.state());
    for (let i = 0; i < 3; i++) await second.step(data, at);
    expect(dataOf(second.state())).toEqual(dataOf(whole.state()));
    expect(whole.state()["step"]?.data[0]).toBe(5);
    for (const program of [whole, first, second]) await program.dispose();
  });

  it("takes steps one after the other, also when nobody waits", async () => {
    const [waited, rushed] = [await compile(), await compile()];
    const one = [await waited.step(data, at), await waited.step(data, at), await waited.step(data, at)];
    expect(await Promise.all([1, 2, 3].map(() => rushed.step(data, at)))).toEqual(one);
    await expect(rushed.step(data, { learningRate: Number.NaN })).rejects.toMatchObject({ code: "LTAD_CONFIG" });
    expect(await rushed.step(data, at)).toEqual(await waited.step(data, at));
    await waited.dispose();
    await rushed.dispose();
  });

  it.each(["onnx", "tensorflow"] as const)("restores only between steps; load waits for its turn (%s)", async (engine) => {
    const path = join(await mkdtemp(join(tmpdir(), "ltad-restore-")), "state.safetensors");
    const [program, other] = [await compile({ engine }), await compile({ engine })];
    for (let i = 0; i < 2; i++) await other.step(data, at);
    const saved = other.state();
    await other.save(path);
    const restored = async (ticks: number) => {
      const running = program.step(data, at);
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      const refusal = refusalOf(() => program.restore(saved));
      await running;
      return refusal ?? dataOf(program.state());
    };
    expect(await restored(0)).toContain("restore: a call is still running");
    for (let ticks = 1; ticks < 12; ticks++) expect([await restored(0), dataOf(saved)]).toContainEqual(await restored(ticks));
    await Promise.all([program.step(data, at), program.load(path), program.step(data, at)]);
    await other.step(data, at);
    expect(dataOf(program.state())).toEqual(dataOf(other.state()));
    program.restore(saved);
    expect(dataOf(program.state())).toEqual(dataOf(saved));
    await program.step({} as never, at).catch(() => undefined);
    program.restore(saved); // also after a step that failed
    await Promise.all([program.dispose(), other.dispose(), rm(dirname(path), { recursive: true })]);
  });

  it("leaves no tensors behind on TF.js", async () => {
    const program = await compile({ engine: "tensorflow" });
    await program.step(data, at);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 3; i++) await program.step(data, at);
    expect(tf.memory().numTensors).toBe(numTensors);
    await program.dispose();
  });

  it("trains with any batch size where it is left free", async () => {
    const free = await trainStep({
      params: { w: float32([2, 1], [0.5, -1]) },
      inputs: { x: { dtype: "float32", shape: [null, 2] } },
      loss: ({ w }, { x }) => ({
        loss: tf.matMul(x, w).square().mean<tf.Scalar>(),
      }),
    });
    expect((await free.step({ x: float32([1, 2], [2, 1]) }, at))["loss"]).toBe(0);
    const { loss, gradient_norm: norm } = await free.step({ x: float32([4, 2], [1, 0, 1, 0, 1, 0, 1, 0]) }, at);
    expectClose([loss, norm], [0.25, 1], { rtol: 1e-4, atol: 0 }, "loss, norm");
    await free.dispose();
  });
});

describe("trainStep refuses", () => {
  const w = float32([2], [1, 2]);
  const x = { x: { dtype: "float32", shape: [2] } } as const;

  it("parameters that the loss does not use, by name", async () => {
    const loss = ({ w }: { w: tf.Tensor }) => ({ loss: w.sum<tf.Scalar>() });
    const broken = trainStep({ params: { w, spare: { b: w } }, inputs: x, loss });
    await expect(broken).rejects.toMatchObject({ code: "LTAD_TRACE", message: expect.stringContaining("params.spare.b") });
  });

  it("a loss that is no scalar", async () => {
    const broken = trainStep({ params: { w }, inputs: x, loss: ({ w }) => ({ loss: w as tf.Scalar }) });
    await expect(broken).rejects.toMatchObject({ code: "LTAD_TRACE", message: expect.stringContaining("shape [2]") });
  });

  it("whole numbers as parameters", async () => {
    const ids: NdArray = { dtype: "int32", shape: [1], data: Int32Array.of(3) };
    const broken = trainStep({ params: { ids }, inputs: x, loss: ({ ids }) => ({ loss: ids.sum<tf.Scalar>() }) });
    await expect(broken).rejects.toMatchObject({ code: "LTAD_SHAPE" });
  });

  it("inputs of another shape, and the state of another model", async () => {
    const program = await trainStep({
      params: { w },
      inputs: x,
      loss: ({ w }, { x }) => ({ loss: w.mul(x).sum<tf.Scalar>() }),
    });
    await expect(program.step({ x: float32([3]) }, at)).rejects.toMatchObject({
      message: expect.stringMatching(/x: expected float32 \[2\], received float32 \[3\]/),
    });
    const state = program.state();
    expect(() => program.restore({ ...state, "m.w": float32([3]) })).toThrow(/state.m.w: expected \[2\], received \[3\]/);
    expect(() => program.restore({ ...state, "trace.w": w })).toThrow(
      /state.trace.w: unknown. The state belongs to another model or optimiser/,
    );
    await program.dispose();
    await expect(program.step({ x: w }, at)).rejects.toMatchObject({ code: "LTAD_CONFIG" });
  });
});
