import { expectClose } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { readGraphModel, weightOf } from "./graph-model.js";

const bytesOf = (...arrays: ArrayBufferView[]) =>
  Buffer.concat(arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)));

function files(weights: object[], shard: Buffer, node: object[] = []) {
  const model = { modelTopology: { node }, weightsManifest: [{ paths: ["a.bin", "b.bin"], weights }] };
  return { "model.json": Buffer.from(JSON.stringify(model)), "a.bin": shard.subarray(0, 5), "b.bin": shard.subarray(5) };
}

describe("readGraphModel", () => {
  const weights = [
    { name: "x", shape: [2, 3], dtype: "float32" },
    { name: "n", shape: [2], dtype: "int32" },
    { name: "q", shape: [3], dtype: "float32", quantization: { dtype: "uint8", scale: 0.25, min: -1 } },
    { name: "w", shape: [2], dtype: "float32", quantization: { dtype: "uint16", scale: 0.5, min: 2 } },
    { name: "s", shape: [], dtype: "float32" },
  ];
  const shard = bytesOf(
    Float32Array.of(1, -2, 3, 4.5, 5, 6),
    Int32Array.of(-7, 8),
    Uint8Array.of(0, 4, 255),
    Uint16Array.of(0, 65535),
    Float32Array.of(0.125),
  );

  it("reads weights that cross shards as TensorFlow.js decodes them", () => {
    const { weights: actual } = readGraphModel(files(weights, shard), "test");
    const expected = tf.io.decodeWeights(new Uint8Array(shard).buffer, weights as tf.io.WeightsManifestEntry[]);
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    for (const [name, { dtype, shape, data }] of Object.entries(actual)) {
      expect([dtype, shape]).toEqual([expected[name]!.dtype, expected[name]!.shape]);
      expectClose(data, expected[name]!.dataSync(), { rtol: 1e-7, atol: 0 }, name);
    }
  });

  it("names what is wrong: a missing shard, too few bytes, too many, a type it does not read", () => {
    const refuses = (broken: ReturnType<typeof files>, why: string) =>
      expect(() => readGraphModel(broken, "test@1.0.0")).toThrow(
        expect.objectContaining({ code: "LTAD_WEIGHTS", message: expect.stringContaining(`test@1.0.0: ${why}`) as string }),
      );
    const { "b.bin": _, ...missing } = files(weights, shard);
    refuses(missing as ReturnType<typeof files>, "b.bin is missing");
    refuses(files(weights, shard.subarray(0, 24)), "n ends at byte 32 of 24");
    refuses(files(weights.slice(0, 1), shard), "19 bytes belong to no weight");
    refuses(files([{ name: "h", shape: [1], dtype: "float16" }], shard), "h has the type float16, which is not supported");
    refuses(files([{ name: "h", shape: [1], dtype: "uint8" }], shard), "h has the type uint8, which is not supported");
  });
});

describe("weightOf", () => {
  const node = [
    { name: "conv", op: "Conv2D", input: ["image", "x"] },
    { name: "x", op: "Const" },
  ];
  const graph = readGraphModel(files([{ name: "x", shape: [2], dtype: "float32" }], bytesOf(Float32Array.of(1, 2)), node), "test");

  it("finds a weight by the node it feeds", () => {
    expect(Array.from(weightOf(graph, "conv", 1, "test").data)).toEqual([1, 2]);
  });

  it.each([
    ["conv", 0, "expected a weight at input 0 of node conv, found image"],
    ["pool", 1, "expected a weight at input 1 of node pool, found none"],
  ])("names the node that is not as expected: %s, input %d", (name, input, why) => {
    expect(() => weightOf(graph, name, input, "test@1.0.0")).toThrow(`test@1.0.0: ${why}`);
  });
});
