import { createRng } from "@ltad/core";
import { expect, it } from "vitest";
import { mapScales } from "./map-scales.js";

const rng = createRng(1);
const map = (top: number) => Float32Array.from([...rng.uniforms(50, 0, 0.9 * top), top]);
const warningsOf = (maps: readonly Float32Array[]) => {
  const scales = mapScales("bolt");
  for (const values of maps) scales.add(values);
  return scales.warnings();
};
const many = Array.from({ length: 20 }, (_, i) => i);

it("gives the largest value, and NaN where there is one", () => {
  const scales = mapScales("bolt");
  expect(scales.add(Float32Array.of(-3, -1, -2))).toBe(-1);
  expect(scales.add(Float32Array.of(1, Number.NaN, 2))).toBeNaN();
});

it.each<[string, Float32Array[]]>([
  ["to 255", many.map(() => map(255))],
  ["to 1, with rounding", many.map((i) => map(i % 2 ? 1 : 0.9999999))],
  ["but for one that is empty", many.map((i) => (i === 0 ? new Float32Array(51) : map(1)))],
])("warns of maps that were each scaled to their own range: %s", (_, maps) => {
  expect(warningsOf(maps)).toEqual([expect.stringMatching(/^bolt: (20|19) of 20 maps have the same largest value/)]);
});

it("warns of maps without any difference", () => {
  expect(warningsOf(many.map((i) => new Float32Array(9).fill(i)))).toEqual([expect.stringContaining("every map is constant")]);
});

it("says nothing of maps on one scale, also where every defect saturates", () => {
  expect(warningsOf(many.map((i) => map(1 + i)))).toEqual([]);
  expect(warningsOf(many.map((i) => map(i < 15 ? 255 : 40 + i)))).toEqual([]);
  expect(warningsOf([map(1)])).toEqual([]);
});
