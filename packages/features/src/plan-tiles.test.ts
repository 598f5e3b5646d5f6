import { describe, expect, it } from "vitest";
import { graphSpec, planTiles } from "./plan-tiles.js";

const strides = [16, 4, 8, 16, 32];

describe("planTiles", () => {
  it.each([
    [896, 512, [0, 384]],
    [928, 512, [0, 224, 416]],
    [544, 512, [0, 32]],
    [2048, 512, [0, 384, 768, 1152, 1536]],
    [64, 32, [0, 16, 32]],
  ])("covers %i pixels with tiles of %i", (size, tile, starts) => {
    expect(planTiles(size, tile, size === 64 ? [16] : strides)).toEqual({ size: tile, starts });
  });

  it("covers every size without gaps, at whole strides, with an overlap of at least an eighth", () => {
    for (let size = 288; size <= 2016; size += 32) {
      const { starts } = planTiles(size, 256, strides);
      expect([starts[0], starts.at(-1)]).toEqual([0, size - 256]);
      const steps = starts.slice(1).map((start, k) => start - starts[k]!);
      expect(steps.every((step) => step > 0 && step % 32 === 0 && step <= 256 - 32)).toBe(true);
    }
  });

  it.each([
    [
      () => planTiles(1000, 512, strides),
      "features.inputSize: with tiles, expected a multiple of 32 pixels, 512 or more, such as 992 or 1024, received 1000.",
    ],
    [
      () => planTiles(1008, 512, [14]),
      "features.tile: with tiles, expected a multiple of 14 pixels, 28 or more, such as 504 or 518, received 512.",
    ],
    [
      () => planTiles(1024, 32, strides),
      "features.tile: with tiles, expected a multiple of 32 pixels, 64 or more, such as 64 or 96, received 32.",
    ],
    [
      () => planTiles(8192, 512, strides),
      "features.tile: 21 x 21 tiles of 512 pixels for images of 8192, expected at most 16 x 16. Use a larger tile, or a features.inputSize of at most 6272.",
    ],
  ])("refuses what does not fit: %#", (plan, message) => {
    expect(plan).toThrow(message);
  });
});

describe("graphSpec", () => {
  const spec = {
    inputSize: 896,
    gridStride: 16,
    shrink: "area",
    length: "unit",
    kernel: "cubic",
    grid: 56,
    tokens: 3136,
    channels: 8,
    zSize: 3,
    stages: [],
  } as const;

  it("is that of one tile where there are tiles", () => {
    expect(graphSpec({ ...spec, tiles: { size: 512, starts: [0, 384] } })).toEqual({ ...spec, inputSize: 512, grid: 32, tokens: 1024 });
    expect(graphSpec(spec)).toBe(spec);
  });
});
