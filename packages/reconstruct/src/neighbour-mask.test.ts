import { readSafetensors } from "@ltad/core";
import { expect, it } from "vitest";
import { neighbourMask } from "./neighbour-mask.js";
import { reconstructor } from "./reconstructor.js";

const { arrays } = await readSafetensors(new URL("__fixtures__/uniad.safetensors", import.meta.url).pathname);

it.each([
  ["mask", [4, 5], [3, 3]],
  ["mask.5x3_window_of_6x4_map", [6, 4], [5, 3]],
] as const)("%s is the official one", (name, grid, window) => {
  expect(neighbourMask(grid, window)).toEqual(arrays[name]!);
});

it("a 1x1 window blocks the place itself only", () => {
  expect([...neighbourMask([1, 3], [1, 1]).data]).toEqual([-Infinity, 0, 0, 0, -Infinity, 0, 0, 0, -Infinity]);
});

it.each([
  [[4, 4], [7, 7], /no position is left/],
  [[5, 5], [5, 5], /no position is left/], // only the middle would be left with nothing: enough for NaN
  [[9, 9], [4, 3], /odd/],
  [[9, 9], [0, 3], /odd/],
] as const)("grid %j with window %j is refused", (grid, window, why) => {
  expect(() => neighbourMask(grid, window)).toThrow(expect.objectContaining({ code: "LTAD_CONFIG", message: expect.stringMatching(why) }));
});

it("a config whose default window covers its grid is refused at once", () => {
  expect(() => reconstructor({ kind: "uniad", channels: 3, grid: [7, 7] })).toThrow(/LTAD|no position is left/);
});
