import { bytesOf, createRng } from "@ltad/core";
import { encodeModel, onnxType } from "@ltad/onnx";
import type { FrozenEncoder } from "../features-id.js";

/** Sizes: images of 48 pixels, N = 12 x 12 tokens of C = 6 channels, z of 6. */
export const [inputSize, tokens, channels] = [48, 144, 6];

const kind = { int: 2, ints: 7 };
const ints = (name: string, values: readonly number[]) => ({ name, ints: values, type: kind.ints });
const node = (opType: string, [output, ...input]: readonly [string, ...string[]], attribute: readonly object[] = []) => ({
  opType,
  input,
  output: [output],
  attribute,
});
const value = (name: string, ...shape: readonly number[]) => ({
  name,
  type: { tensorType: { elemType: onnxType.float32, shape: { dim: [{ dimParam: "batch" }, ...shape.map((dimValue) => ({ dimValue }))] } } },
});

/**
 * An encoder of random weights: two convolutions, their map as features and its mean as z.
 * @param seed another seed gives another encoder
 */
export function tinyEncoder(seed: number): FrozenEncoder {
  const rng = createRng(seed);
  const weight = (name: string, ...dims: readonly number[]) => {
    const data = rng.normals(dims.reduce((a, b) => a * b));
    return { name, dims, dataType: onnxType.float32, rawData: bytesOf(data) };
  };
  const graph = encodeModel({
    irVersion: 9,
    opsetImport: [{ domain: "", version: 19 }],
    graph: {
      name: "tiny",
      initializer: [
        weight("stem", 16, 3, 3, 3),
        weight("head", channels, 16, 3, 3),
        { name: "rows", dims: [3], dataType: onnxType.int64, rawData: bytesOf(BigInt64Array.of(0n, BigInt(channels), BigInt(tokens))) },
        { name: "flat", dims: [2], dataType: onnxType.int64, rawData: bytesOf(BigInt64Array.of(0n, BigInt(channels))) },
      ],
      node: [
        node("Transpose", ["planes", "image"], [ints("perm", [0, 3, 1, 2])]),
        node("Conv", ["stemmed", "planes", "stem"], [ints("strides", [2, 2]), ints("pads", [1, 1, 1, 1])]),
        node("Relu", ["active", "stemmed"]),
        node("Conv", ["map", "active", "head"], [ints("strides", [2, 2]), ints("pads", [1, 1, 1, 1])]),
        node("Reshape", ["columns", "map", "rows"]),
        node("Transpose", ["features", "columns"], [ints("perm", [0, 2, 1])]),
        node("GlobalAveragePool", ["mean", "map"]),
        node("Reshape", ["z", "mean", "flat"]),
      ],
      input: [value("image", inputSize, inputSize, 3)],
      output: [value("features", tokens, channels), value("z", channels)],
    },
  });
  return { graph, spec: { inputSize, kernel: "linear" } };
}
