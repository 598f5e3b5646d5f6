import { readFile } from "node:fs/promises";
import { floats } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { openProgram } from "@ltad/runtime";
import { describe, expect, it } from "vitest";
import { fixture, jsonFixture } from "../testing/fixtures.js";
import { formulaImage, formulaUniforms } from "../testing/formula-weights.js";
import { halved } from "../testing/halved.js";
import { imageGraph, type Precision } from "../image/image-graph.js";
import { onnxImageEncoder } from "./onnx-image-encoder.js";
import { parseOnnxManifest } from "./onnx-manifest.js";

// tokens [16, 48] by A [48, 96], Relu, by F [96, 48], plus the mean of F: see tools/reference/encoder/products_onnx.py.

const model = await readFile(fixture("onnx/__fixtures__/products.onnx"));
const golden = await jsonFixture<Record<"float32" | "int8", number[]>>("onnx/__fixtures__/products.json");
const manifest = parseOnnxManifest(
  {
    format: "ltad-onnx-encoder",
    name: "products",
    model: "products.onnx",
    input: { name: "image", size: 16, mean: [0.45, 0.45, 0.45], std: [1, 1, 1] },
    stages: [{ outputs: ["features"], layout: "tokens", stride: 4 }],
  },
  "products",
);
const encoder = await onnxImageEncoder(model, manifest, "products");
const image = formulaImage(16, 16);
const graphOf = (precision: Precision) => imageGraph(encoder, 16, ({ stages, z }) => ({ map: stages[0]!.add(0), z }), precision);

async function mapOf(precision: Precision): Promise<Float32Array> {
  const program = await openProgram(graphOf(precision), { threads: 1 });
  const { map } = await program.run({ image });
  await program.dispose();
  return floats(map, "map");
}

/** The model as its definition says, in float64. */
function plainModel(a: ArrayLike<number>, product: typeof plainProduct = plainProduct): number[] {
  const f = Array.from(formulaUniforms("F", 96 * 48), (u, i) => (i < 48 ? 127 : Math.round((u - 0.5) * 254)) / 128);
  const tokens = Float32Array.from({ length: 16 * 48 }, (_, i) => {
    const [c, place] = [Math.floor(i / 256), i % 256]; // channels first
    return Math.fround(image.data[place * 3 + c]! - Math.fround(0.45));
  });
  const hidden = product(tokens, a, 48, 96).map((x) => Math.max(0, x));
  const mean = f.reduce((sum, x) => sum + x, 0) / f.length;
  return plainProduct(hidden, f, 96, 48).map((x) => x + mean);
}

/** [T, K] by [K, N]. */
function plainProduct(x: ArrayLike<number>, w: ArrayLike<number>, k: number, n: number): number[] {
  return Array.from({ length: (x.length / k) * n }, (_, i) => {
    const [row, column] = [Math.floor(i / n), i % n];
    return Array.from({ length: k }, (_value, j) => x[row * k + j]! * w[j * n + column]!).reduce((sum, value) => sum + value, 0);
  });
}

const matrixA = Float32Array.from(formulaUniforms("A", 48 * 96), (u, i) =>
  Math.fround(Math.fround(u - 0.5) * Math.fround(0.1 + (0.9 * (i % 96)) / 95)),
);

/** Steps of 1/255 of the range of x with 0, and of 1/64 of the largest of each column of w. */
function wholeProduct(x: ArrayLike<number>, w: ArrayLike<number>, k: number, n: number): number[] {
  const all = Array.from(x);
  const low = Math.min(0, ...all);
  const step = (Math.max(0, ...all) - low) / 255;
  const columns = Array.from({ length: n }, (_, c) => largest(Array.from({ length: k }, (_value, j) => w[j * n + c]!)) / 64);
  const codesX = all.map((value) => Math.round(value / step));
  const codesW = Array.from(w, (value, i) => Math.round(value / columns[i % n]!));
  return plainProduct(codesX, codesW, k, n).map((sum, i) => sum * step * columns[i % n]!);
}

describe("an ONNX encoder with its weights in fewer bytes", () => {
  it("float32 is the model as it is", async () => {
    const found = await mapOf("float32");
    expectClose(found, golden.float32, { rtol: 0, atol: 1e-6 * largest(golden.float32) }, "golden");
    expectClose(found, plainModel(matrixA), { rtol: 0, atol: 1e-6 * largest(found) }, "plain");
  });

  it("float16 is the model with rounded weights, in half the bytes", async () => {
    const found = await mapOf("float16");
    expectClose(found, plainModel(matrixA.map(halved)), { rtol: 0, atol: 1e-6 * largest(found) }, "plain");
    const moved = largest(found.map((x, i) => x - golden.float32[i]!)) / largest(golden.float32);
    expect(moved).toBeGreaterThan(1e-5); // else the line above could not tell the two models apart
    expect(moved).toBeLessThan(1e-3);
    expect(graphOf("float16").length / graphOf("float32").length).toBeLessThan(0.55);
  });

  it("int8 is the product of whole numbers by its definition, and what ONNX Runtime's quantize_dynamic gives", async () => {
    const found = await mapOf("int8");
    expectClose(found, golden.int8, { rtol: 0, atol: 1e-5 * largest(golden.int8) }, "golden");
    expectClose(found, plainModel(matrixA, wholeProduct), { rtol: 0, atol: 2e-6 * largest(found) }, "plain");
    const moved = largest(found.map((x, i) => x - golden.float32[i]!)) / largest(golden.float32);
    expect(moved).toBeGreaterThan(4e-3);
    expect(moved).toBeLessThan(2e-2);
    expect(graphOf("int8").length / graphOf("float32").length).toBeLessThan(0.33);
  });
});
