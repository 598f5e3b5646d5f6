import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createRng, float32, type NdArray } from "@ltad/core";
import { largest } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { weightedConstants, weightedInputs, weightedMessage, weightedProgram } from "./testing/weighted-program.js";
import { f32, openProgram, saveOnnx, toOnnx } from "./index.js";
import { compactWeight, readOnnx, writeModel } from "@ltad/onnx";

const specs = { image: { dtype: "float32", shape: [null, 24, 24, 3] } } as const;
const options = { constants: weightedConstants };
const fn = weightedProgram;

async function logits(model: Uint8Array | string): Promise<NdArray> {
  const program = await openProgram(model, { threads: 1 });
  const { logits } = await program.run(weightedInputs);
  await program.dispose();
  return logits!;
}

/** Largest difference relative to the largest element. */
const drift = (actual: NdArray, expected: NdArray) => largest(actual.data.map((x, i) => x - expected.data[i]!)) / largest(expected.data);

/** By the definition of IEEE 754: sign, exponent, fraction. */
const halfValue = (bits: number) => {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size =
    exponent === 31 ? (fraction ? Number.NaN : Infinity) : exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
};

/** A weight as it comes out of the runtime. */
async function read(w: NdArray, weights: "float16" | "int8"): Promise<NdArray["data"]> {
  const model = toOnnx(({ x }, constants) => ({ y: x.mul(constants.w) }), { x: f32() }, { constants: { w }, weights });
  const program = await openProgram(model, { threads: 1 });
  const { y } = await program.run({ x: float32([], [1]) });
  await program.dispose();
  return y!.data;
}

describe("weights in fewer bytes", () => {
  it.for([
    ["float16", 0.53, 1e-5, 2e-4],
    ["int8", 0.31, 1e-3, 5e-3],
  ] as const)("%s: the file is smaller, the result drifts a little", async ([weights, share, least, most], { annotate }) => {
    const whole = toOnnx(fn, specs, options);
    const small = toOnnx(fn, specs, { ...options, weights });
    expect(small.length / whole.length).toBeLessThan(share);
    const moved = drift(await logits(small), await logits(whole));
    await annotate(`${whole.length} bytes in float32, ${small.length} in ${weights}, drift ${moved.toPrecision(2)}`);
    expect(moved).toBeLessThan(most);
    expect(moved).toBeGreaterThan(least);
  });

  it.each(["float16", "int8"] as const)(
    "%s keeps vectors, small matrices, and what the function makes itself, exactly",
    async (weights) => {
      const numbers = (count: number, start: number) => Float32Array.from({ length: count }, (_, i) => start + i / 7000);
      const constants = { bias: float32([5000], numbers(5000, 0.1)), few: float32([63, 65], numbers(63 * 65, 0.2)) };
      const own = numbers(64 * 64, 0.3);
      const model = toOnnx(
        ({ x }, { bias, few }) => ({ a: x.add(bias), b: x.add(few), c: x.add(tf.tensor2d(own, [64, 64])) }),
        { x: f32() },
        { constants, weights },
      );
      const program = await openProgram(model, { threads: 1 });
      const { a, b, c } = await program.run({ x: float32([], [0]) });
      await program.dispose();
      expect([a?.data, b?.data, c?.data]).toEqual([constants.bias.data, constants.few.data, own]);
    },
  );

  it("float16 is each weight rounded to half precision", async () => {
    const w = float32([80, 60], createRng("halves").normals(4800));
    const found = await read(w, "float16");
    const [halves] = compactWeight("w", w.data, w.shape, "float16").tensors;
    const stored = new Uint16Array(Uint8Array.from(halves!.rawData).buffer);
    stored.forEach((bits, i) => expect(found[i]).toBe(halfValue(bits)));
  });

  it("int8 takes the scale of each channel along the axis that loses least: first, last, or in between", async () => {
    // Channels of very different size: a scale for all would make zeros of the small ones.
    const valueAt = (channel: number, i: number) => Math.sin(i) * 10 ** -(channel % 5);
    const shapes: [number[], number][] = [
      [[60, 80], 0],
      [[80, 60], 1],
      [[3, 5, 300, 1], 2], // a depthwise filter as TensorFlow has it
    ];
    for (const [shape, axis] of shapes) {
      const [channels, inner] = [shape[axis]!, shape.slice(axis + 1).reduce((a, b) => a * b, 1)];
      const channelOf = (i: number) => Math.floor(i / inner) % channels;
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => valueAt(channelOf(i), i));
      const found = await read(float32(shape, data), "int8");
      found.forEach((x, i) => expect(Math.abs(x - data[i]!)).toBeLessThanOrEqual((0.501 / 127) * 10 ** -(channelOf(i) % 5)));
    }
  });

  it("the runtime unpacks them once, when it loads the file: no node for them is left", async () => {
    for (const weights of ["float16", "int8"] as const) {
      const path = join(await mkdtemp(join(tmpdir(), "ltad-onnx-")), "optimised.onnx");
      const session = await ort.InferenceSession.create(toOnnx(fn, specs, { ...options, weights }), { optimizedModelFilePath: path });
      await session.release();
      const { node = [] } = readOnnx(await readFile(path), "optimised").model.graph;
      expect(node.filter(({ opType, input = [] }) => opType === "Cast" || input.some((name) => /float16|int8/.test(name)))).toEqual([]);
      await rm(dirname(path), { recursive: true });
    }
  });

  it("refuses what does not fit, by name", () => {
    const big = {
      w: float32(
        [64, 64],
        new Float32Array(4096).map((_, i) => i * 100),
      ),
    };
    const mul = ({ x }: { readonly x: tf.Tensor }, { w }: { readonly w: tf.Tensor }) => ({ y: x.mul(w) });
    const scalar = { x: f32() };
    expect(() => toOnnx(mul, scalar, { constants: big, weights: "float16" })).toThrow(
      /weights: the constant w contains 65600, but float16 ends at 65504/,
    );
    const endless = {
      w: float32(
        [64, 64],
        new Float32Array(4096).map((_, i) => (i === 5 ? -Infinity : i)),
      ),
    };
    expect(() => toOnnx(mul, scalar, { constants: endless, weights: "int8" })).toThrow(
      /weights: the constant w contains numbers that are not finite/,
    );
    expect(() => toOnnx(mul, scalar, { constants: big, weights: "bfloat16" as "int8" })).toThrow(
      /expected one of float32, float16, int8, received "bfloat16"/,
    );
  });
});

describe("saveOnnx", () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "ltad-onnx-"))));
  afterAll(() => rm(folder, { recursive: true }));

  it("writes the file that toOnnx gives", async () => {
    const path = join(folder, "new", "model.onnx");
    await saveOnnx(path, fn, specs, options);
    expect((await readFile(path)).equals(Buffer.from(toOnnx(fn, specs, options)))).toBe(true);
    expect(await readdir(join(folder, "new"))).toEqual(["model.onnx"]);
  });

  it("puts weights beyond the limit in a file beside it, and replaces it with the model", async () => {
    const path = join(folder, "large", "model.onnx");
    await writeModel(path, weightedMessage(), 100_000);
    const files = await readdir(join(folder, "large"));
    expect(files).toEqual(["model.onnx", expect.stringMatching(/^model\.onnx\.[0-9a-f]{12}\.data$/)]);
    expect((await stat(path)).size).toBeLessThan(30_000);
    expect(await logits(path)).toEqual(await logits(toOnnx(fn, { image: { dtype: "float32", shape: [2, 24, 24, 3] } }, options)));
    await writeModel(path, weightedMessage(), 100_000);
    expect(await readdir(join(folder, "large"))).toEqual(files);
    await writeModel(path, weightedMessage());
    expect(await readdir(join(folder, "large"))).toEqual(["model.onnx"]);
  });

  it("leaves nothing half-written", async () => {
    const blocked = join(folder, "file");
    await writeFile(blocked, "");
    await expect(writeModel(join(blocked, "model.onnx"), weightedMessage(), 0)).rejects.toMatchObject({ code: "LTAD_WRITE" });
    const taken = join(folder, "taken");
    await saveOnnx(join(taken, "model.onnx", "inner.onnx"), fn, specs, options); // model.onnx is a folder now
    await expect(writeModel(join(taken, "model.onnx"), weightedMessage())).rejects.toMatchObject({ code: "LTAD_WRITE" });
    expect(await readdir(taken)).toEqual(["model.onnx"]);
  });
});
