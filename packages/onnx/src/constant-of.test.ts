import { expect, it } from "vitest";
import { compactWeight } from "./compact-weight.js";
import { constantOf } from "./constant-of.js";
import { onnxType } from "./element-type.js";

const values = Float32Array.from([1, -0.5, 3.25, 1e-3, 0, 7]);
const tensor = { name: "a", dims: [2, 3], dataType: onnxType.float32, rawData: new Uint8Array(values.buffer) };
const fileOf = (...initializer: object[]) => ({ model: { graph: { initializer } } });

it("reads a float32 constant, also from bytes that begin anywhere", () => {
  const shifted = new Uint8Array(25);
  shifted.set(tensor.rawData, 1);
  for (const rawData of [tensor.rawData, shifted.subarray(1)])
    expect(constantOf(fileOf({ ...tensor, rawData }), "a")).toEqual({ dtype: "float32", shape: [2, 3], data: values });
});

it("reads one in half precision, which is the same when it is stored again", () => {
  const { tensors } = compactWeight("a", values, [3, 2], "float16");
  const found = constantOf(fileOf(...tensors), "a")!;
  expect(found.shape).toEqual([3, 2]);
  expect(compactWeight("a", found.data, [3, 2], "float16")).toEqual({ ...compactWeight("a", values, [3, 2], "float16") });
});

it.each([
  ["another name", { ...tensor, name: "b" }],
  ["whole numbers", { ...tensor, dataType: onnxType.int32 }],
  ["too few bytes", { ...tensor, rawData: tensor.rawData.subarray(4) }],
])("finds none for %s", (_, other) => {
  expect(constantOf(fileOf(other), "a")).toBeUndefined();
});
