import { expect, it } from "vitest";
import { createRng, encodeSafetensors, float32, int32 } from "./index.js";
import { wrongCalls } from "./testing.js";

const data = new Float32Array([1, 2]);

it.each([
  ["createRng", createRng, [1]],
  ["float32", float32, [[2], [1, 2]]],
  ["int32", int32, [[2], [1, 2]]],
  ["encodeSafetensors", encodeSafetensors, [{ a: { dtype: "float32", shape: [2], data } }]],
] as const)("%s refuses what it cannot take in our words", async (name, run, args) => {
  run(...(args as never as [never, never]));
  const faults = await wrongCalls({ name, run, args });
  expect(faults.filter((fault) => !fault.includes("unknown key"))).toEqual([]);
});

it.each([
  ["no seed", () => createRng(undefined as never), "a number or a string"],
  ["a seed that is none", () => createRng(Number.NaN), "a number or a string"],
  ["a negative number of draws", () => createRng(1).normals(-1), "a whole number of 0 or more"],
  ["texts as numbers", () => float32([2], ["1", "x"] as never), "data[0]: expected a number"],
  ["booleans as numbers", () => int32([2], [true, false] as never), "data[0]: expected a number"],
  ["holes", () => float32([2], [1, undefined] as never), "data[1]: expected a number"],
  ["BigInts", () => int32([2], new BigInt64Array(2) as never), "an array of numbers"],
  ["a shape that is none", () => float32(2 as never, data), "shape: expected an array of numbers"],
  [
    "a file of another type than it says",
    () => encodeSafetensors({ a: { dtype: "float32", shape: [2], data: new Float64Array(2) as never } }),
    "a.data: expected a Float32Array",
  ],
  [
    "a file of an unknown type",
    () => encodeSafetensors({ a: { dtype: "float8" as never, shape: [2], data } }),
    "dtype: expected one of float32",
  ],
])("refuses %s", (_, run, message) => {
  expect(run).toThrow(expect.objectContaining({ name: "LtadError", message: expect.stringContaining(message) as string }) as Error);
});
