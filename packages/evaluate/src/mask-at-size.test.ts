import { createRng } from "@ltad/core";
import { resizeMask } from "@ltad/data";
import { labelRegions } from "@ltad/metrics";
import { expect, it } from "vitest";
import { maskAtSize } from "./mask-at-size.js";

/** A mask of 60 x 40 with these pixels. */
const maskOf = (...pixels: readonly (readonly [x: number, y: number])[]) => {
  const data = new Uint8Array(60 * 40);
  for (const [x, y] of pixels) data[y * 60 + x] = 1;
  return { data, width: 60, height: 40 };
};

it("is the nearest pixel where every region is caught", () => {
  const mask = maskOf(...Array.from({ length: 400 }, (_, i) => [10 + (i % 20), 10 + Math.floor(i / 20)] as const));
  expect(maskAtSize(mask, 10)).toEqual({ data: resizeMask(mask.data, 60, 40, 10), kept: 0 });
});

it("marks the pixel of a region that the nearest pixels miss", () => {
  const mask = maskOf([0, 0], [59, 39], [31, 17]);
  expect(resizeMask(mask.data, 60, 40, 10).every((v) => v === 0)).toBe(true);
  const { data, kept } = maskAtSize(mask, 10);
  expect(kept).toBe(3);
  expect([...data.entries()].flatMap(([i, v]) => (v ? [[i % 10, Math.floor(i / 10)]] : []))).toEqual([
    [0, 0],
    [5, 4],
    [9, 9],
  ]);
});

it.each([7, 16, 60, 90])("loses no region of random specks at %i pixels a side", (size) => {
  const rng = createRng(3);
  for (let trial = 0; trial < 20; trial++) {
    const mask = maskOf(...Array.from({ length: 6 }, () => [rng.integer(60), rng.integer(40)] as const));
    const { labels, sizes } = labelRegions(mask.data, 60);
    const { data } = maskAtSize(mask, size);
    const touched = new Set<number>();
    for (const [i, label] of labels.entries()) {
      // A pixel may cover several pixels of a larger comparison.
      const span = (at: number, length: number) => [Math.floor((at * size) / length), Math.ceil(((at + 1) * size) / length)] as const;
      const [[top, bottom], [left, right]] = [span(Math.floor(i / 60), 40), span(i % 60, 60)];
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) if (label > 0 && data[y * size + x]) touched.add(label);
    }
    expect(touched.size).toBe(sizes.length);
  }
});
