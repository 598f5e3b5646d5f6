import { float32 } from "@ltad/core";
import { expect, it } from "vitest";
import { withoutRow, withRow } from "./class-rows.js";

// Two classes in tables of pairwise different shapes; one array belongs to all classes.

const arrays = {
  "tables.classZ": float32([2, 3], [1, 2, 3, 4, 5, 6]),
  "tables.gain": float32([2], [7, 8]),
  "tables.zMean": float32([2], [9, 10]),
};
const rows = { "tables.classZ": float32([1, 3], [-1, -2, -3]), "tables.gain": float32([1], [-4]), "tables.zMean": float32([1], [0]) };
const valuesOf = (found: Record<string, { shape: readonly number[]; data: ArrayLike<number> }>) =>
  Object.values(found).map(({ shape, data }) => [shape, Array.from(data)]);

it.each([
  [0, [2, 3], [-1, -2, -3, 4, 5, 6], [-4, 8]],
  [1, [2, 3], [1, 2, 3, -1, -2, -3], [7, -4]],
  [2, [3, 3], [1, 2, 3, 4, 5, 6, -1, -2, -3], [7, 8, -4]],
])("puts a class in the place %i and leaves what belongs to all", (label, shape, z, gain) => {
  expect(valuesOf(withRow(arrays, label, rows))).toEqual([
    [shape, z],
    [[shape[0]], gain],
    [[2], [9, 10]],
  ]);
});

it("leaves arrays without a row", () => {
  expect(withRow(arrays, 2, { "tables.gain": rows["tables.gain"] })["tables.classZ"]).toBe(arrays["tables.classZ"]);
});

it("takes a class out", () => {
  expect(valuesOf(withoutRow(arrays, 0))).toEqual([
    [
      [1, 3],
      [4, 5, 6],
    ],
    [[1], [8]],
    [[2], [9, 10]],
  ]);
});
