import { float32, type NdArray } from "@ltad/core";
import { expect, it } from "vitest";
import { checkInputs } from "./check-inputs.js";

const bools = { dtype: "bool", shape: [null] } as const;
const floats = { dtype: "float32", shape: [null] } as const;

it.each<[string, object, typeof bools | typeof floats, string]>([
  [
    "a mask of 0 and 255",
    { dtype: "bool", shape: [3], data: Uint8Array.of(0, 1, 255) },
    bools,
    "input x: expected 0 or 1 in a bool array, received 255 at index 2. Write 1 for true.",
  ],
  [
    "shared memory",
    { dtype: "float32", shape: [1], data: new Float32Array(new SharedArrayBuffer(4)) },
    floats,
    "input x: expected numbers of its own, received numbers in a SharedArrayBuffer. Copy them with data.slice().",
  ],
  [
    "a tensor of TensorFlow.js",
    { dtype: "float32", shape: [1], dataSync: () => Float32Array.of(1) },
    floats,
    "input x: expected arrays { dtype, shape, data }, received a tf.Tensor. Copy it with toNdArray.",
  ],
  [
    "a part of an image as a batch",
    { dtype: "float32", shape: [1.5], data: new Float32Array(1) },
    floats,
    "input x: shape: expected whole numbers of 0 or more, received [1.5].",
  ],
])("refuses %s", (_, array, spec, message) => {
  const run = () => checkInputs({ x: array as NdArray }, { x: spec });
  expect(run).toThrow(expect.objectContaining({ code: "LTAD_SHAPE", message }) as Error);
});

it("takes bools of 0 and 1, and no images", () => {
  expect(() => checkInputs({ x: { dtype: "bool", shape: [2], data: Uint8Array.of(0, 1) } }, { x: bools })).not.toThrow();
  expect(() => checkInputs({ x: float32([0]) }, { x: floats })).not.toThrow();
});
