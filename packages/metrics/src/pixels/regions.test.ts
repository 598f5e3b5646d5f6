import { createRng } from "@ltad/core";
import { expect, it } from "vitest";
import { pixelImages, pixelSets } from "../testing/golden.js";
import { plainRegions } from "../testing/plain-pixels.js";
import { labelRegions } from "./regions.js";

const count = (name: string) =>
  pixelImages(name).reduce((sum, { mask, width }) => sum + labelRegions(mask as Uint8Array, width).sizes.length, 0);

it.each(Object.keys(pixelSets))("finds scipy's 8-connected regions: %s", (name) => {
  expect(count(name)).toBe(pixelSets[name]?.regions_8);
});

it("joins what touches by a corner", () => {
  expect(pixelSets["diagonal"]).toMatchObject({ regions_8: 4, regions_4: 14 });
  expect(count("diagonal")).toBe(4);
});

it("does not go round the border of a row", () => {
  expect(labelRegions(Uint8Array.of(0, 0, 1, 1, 0, 0), 3)).toEqual({ labels: Uint32Array.of(0, 0, 1, 2, 0, 0), sizes: [1, 1] });
});

it("is the slow definition on random masks of every size", () => {
  const rng = createRng(5);
  for (let i = 0; i < 300; i++) {
    const [height, width, share] = [1 + rng.integer(9), 1 + rng.integer(11), rng.uniform()];
    const mask = Uint8Array.from({ length: height * width }, () => (rng.uniform() < share ? 255 : 0));
    const { labels, sizes } = labelRegions(mask, width);
    const found = sizes.map((_, k) => [...labels.keys()].filter((p) => labels[p] === k + 1));
    const sorted = (regions: readonly number[][]) =>
      regions.map((r) => r.toSorted((a, b) => a - b)).toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
    expect(sorted(found)).toEqual(sorted(plainRegions(mask, width)));
    expect(sizes).toEqual(found.map((r) => r.length));
  }
});
