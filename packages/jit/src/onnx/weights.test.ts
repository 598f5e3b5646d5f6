import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { float32, type NdArray } from "@ltad/core";
import { largest } from "@ltad/core/testing";
import type * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { weightedConstants, weightedInputs, weightedMessage, weightedProgram } from "../__fixtures__/weighted-program.js";
import { openProgram, saveOnnx, toOnnx, type TracedFunction } from "../index.js";
import { writeModel } from "./external.js";
import { toHalf } from "./half.js";

const specs = { image: { dtype: "float32", shape: [null, 24, 24, 3] } } as const;
const options = { constants: weightedConstants };
const fn = weightedProgram;

async function logits(model: Uint8Array | string): Promise<NdArray> {
  const program = await openProgram(model, { threads: 1 });
  const { logits } = await program.run(weightedInputs);
  await program.dispose();
  return logits as NdArray;
}

/** Largest difference relative to the largest element. */
const drift = (actual: NdArray, expected: NdArray) =>
  largest(actual.data.map((x, i) => x - (expected.data[i] as number))) / largest(expected.data);

describe("weights in fewer bytes", () => {
  it.each([
    ["float16", 0.52, 1e-5, 2e-4],
    ["int8", 0.28, 1e-3, 5e-3],
  ] as const)("%s: the file is smaller, the result drifts a little", async (weights, share, least, most) => {
    const whole = toOnnx(fn, specs, options);
    const small = toOnnx(fn, specs, { ...options, weights });
    expect(small.length / whole.length).toBeLessThan(share);
    const moved = drift(await logits(small), await logits(whole));
    expect(moved).toBeLessThan(most);
    expect(moved).toBeGreaterThan(least);
  });

  it("keeps vectors and small constants exactly", async () => {
    const bias = float32(
      [2000],
      new Float32Array(2000).fill(0.1).map((x, i) => x + i / 7),
    );
    const add: TracedFunction = ({ x, bias: b, few }) => ({ y: (x as tf.Tensor).add(b as tf.Tensor).add((few as tf.Tensor).sum()) });
    const model = toOnnx(
      add,
      { x: { dtype: "float32", shape: [2000] } },
      { constants: { bias, few: float32([2, 2], [0.1, 0.2, 0.3, 0.4]) }, weights: "int8" },
    );
    const program = await openProgram(model, { threads: 1 });
    const { y } = await program.run({ x: float32([2000]) });
    expect(y?.data[7]).toBeCloseTo(1 + 0.1 + 1, 6);
    await program.dispose();
  });

  it("takes the scale of each channel, first or last axis", async () => {
    // Rows of very different size: a scale for all would make zeros of the small ones.
    const rows = float32(
      [40, 50],
      new Float32Array(2000).map((_, i) => Math.sin(i) * 10 ** -(Math.floor(i / 50) % 5)),
    );
    const turned = float32(
      [50, 40],
      new Float32Array(2000).map((_, i) => rows.data[(i % 40) * 50 + Math.floor(i / 40)] as number),
    );
    const product: TracedFunction = ({ x, w, v }) => ({
      a: (x as tf.Tensor).mul(w as tf.Tensor),
      b: (x as tf.Tensor).mul((v as tf.Tensor).transpose()),
    });
    const program = await openProgram(
      toOnnx(product, { x: { dtype: "float32", shape: [] } }, { constants: { w: rows, v: turned }, weights: "int8" }),
    );
    const { a, b } = await program.run({ x: float32([], [1]) });
    await program.dispose();
    for (const found of [a, b] as NdArray[])
      for (let i = 0; i < 2000; i++) {
        const [expected, step] = [rows.data[i] as number, 10 ** -(Math.floor(i / 50) % 5) / 127];
        expect(Math.abs((found.data[i] as number) - expected)).toBeLessThanOrEqual(0.51 * step);
      }
  });

  it("refuses what does not fit, by name", () => {
    const big = {
      w: float32(
        [40, 40],
        new Float32Array(1600).fill(1).map((_, i) => i * 100),
      ),
    };
    const mul: TracedFunction = ({ x, w }) => ({ y: (x as tf.Tensor).mul(w as tf.Tensor) });
    const scalar = { x: { dtype: "float32", shape: [] } } as const;
    expect(() => toOnnx(mul, scalar, { constants: big, weights: "float16" })).toThrow(
      /weights: the constant w holds 65600, float16 ends at 65504/,
    );
    const endless = {
      w: float32(
        [40, 40],
        new Float32Array(1600).map((_, i) => (i === 5 ? -Infinity : i)),
      ),
    };
    expect(() => toOnnx(mul, scalar, { constants: endless, weights: "int8" })).toThrow(
      /weights: the constant w holds numbers that are not finite/,
    );
    expect(() => toOnnx(mul, scalar, { constants: big, weights: "bfloat16" as "int8" })).toThrow(
      /expected one of float32, float16, int8, received bfloat16/,
    );
  });
});

describe("toHalf", () => {
  /** By the definition of IEEE 754: sign, exponent, fraction. */
  const value = (bits: number) => {
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    const size =
      exponent === 31
        ? fraction
          ? Number.NaN
          : Infinity
        : exponent === 0
          ? fraction * 2 ** -24
          : (1024 + fraction) * 2 ** (exponent - 25);
    return bits & 0x8000 ? -size : size;
  };

  it("keeps every number of half precision", () => {
    const all = Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) => !Number.isNaN(value(bits)));
    expect([...toHalf(all.map(value))]).toEqual(all);
    expect(value(toHalf([Number.NaN])[0] as number)).toBeNaN();
  });

  it("rounds to the nearest, ties to even, and beyond the largest to infinity", () => {
    for (let bits = 0; bits < 0x7bff; bits += 3) {
      const [low, high] = [value(bits), value(bits + 1)];
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      expect([...toHalf([middle, low + (high - low) * 0.49, low + (high - low) * 0.51, -middle])]).toEqual([
        even,
        bits,
        bits + 1,
        even | 0x8000,
      ]);
    }
    expect([...toHalf([65519, 65520, 1e30, -1e30, 2 ** -26, 2 ** -24])]).toEqual([0x7bff, 0x7c00, 0x7c00, 0xfc00, 0, 1]);
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
