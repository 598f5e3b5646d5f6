import { createRng, float32, floats, type NdArray } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import type { Program } from "./program.js";
import { tiledProgram } from "./tiled-program.js";
import { blendWeights } from "./tiles.js";

// Tokens of 4 pixels, C = 3 channels. Tiles of 32 pixels are 8 tokens a side; of 64 pixels, 16 tokens.

const [stride, channels] = [4, 3];
const image = (side: number, batch = 1) => float32([batch, side, side, 3], createRng(`image ${side}`).uniforms(batch * side * side * 3));

/** A network that sees as far as `radius` tokens: means over neighbours that exist, the rest counts as 0. z is the mean of all tokens. */
function local(side: number, radius: number): Program {
  const grid = side / stride;
  const run = async ({ image: pixels }: { image?: NdArray }) => {
    const data = floats(pixels, "image");
    const means = float32([1, grid ** 2, channels]);
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++)
        for (let c = 0; c < channels; c++) {
          const token = (Math.floor(y / stride) * grid + Math.floor(x / stride)) * channels + c;
          means.data[token] = means.data[token]! + data[(y * side + x) * 3 + c]! / stride ** 2;
        }
    const features = float32(means.shape);
    for (let y = 0; y < grid; y++)
      for (let x = 0; x < grid; x++)
        for (let c = 0; c < channels; c++) {
          let sum = 0;
          for (let v = Math.max(0, y - radius); v <= Math.min(grid - 1, y + radius); v++)
            for (let u = Math.max(0, x - radius); u <= Math.min(grid - 1, x + radius); u++)
              sum += means.data[(v * grid + u) * channels + c]!;
          features.data[(y * grid + x) * channels + c] = sum;
        }
    const z = float32([1, channels]);
    features.data.forEach((value, i) => (z.data[i % channels] = z.data[i % channels]! + value / grid ** 2));
    return { features, z };
  };
  const inputs = { image: { dtype: "float32", shape: [null, side, side, 3] } } as const;
  return { inputs, outputs: ["features", "z"], providers: [], run, dispose: async () => {} };
}

describe("tiledProgram", () => {
  it.each([
    ["without overlap, where each token sees itself alone", 0, [0, 32]],
    ["with overlap, where each token sees itself alone", 0, [0, 16, 32]],
    ["with overlaps of different sizes", 0, [0, 12, 32]],
    ["where tokens see their neighbours, as far as the context reaches", 1, [0, 16, 32]],
  ])("is the network on the whole image: %s", async (_, radius, starts) => {
    const tiled = tiledProgram(local(32, radius), { inputSize: 64, tiles: { size: 32, starts } });
    const whole = await local(64, radius).run({ image: image(64) });
    const found = await tiled.run({ image: image(64) });
    expect(found["features"]!.shape).toEqual([1, 256, channels]);
    expectClose(floats(found["features"], "features"), floats(whole["features"], "features"), { rtol: 1e-5, atol: 1e-6 }, "features");
  });

  it("differs from it where tokens see farther than tiles overlap", async () => {
    const tiled = tiledProgram(local(32, 2), { inputSize: 64, tiles: { size: 32, starts: [0, 32] } });
    const [whole, found] = [await local(64, 2).run({ image: image(64) }), await tiled.run({ image: image(64) })];
    const difference = (token: number) =>
      Math.abs(floats(found["features"], "f")[token * channels]! - floats(whole["features"], "f")[token * channels]!);
    expect(difference(0)).toBeLessThan(1e-4); // a corner of the image
    expect(difference(7 * 16 + 7)).toBeGreaterThan(0.1); // beside both seams
  });

  it("gives the mean z of the tiles, and takes a batch", async () => {
    const tiling = { inputSize: 48, tiles: { size: 32, starts: [0, 16] } };
    const both = image(48, 2);
    const tiled = tiledProgram(local(32, 1), tiling);
    expect(tiled.inputs).toEqual({ image: { dtype: "float32", shape: [null, 48, 48, 3] } });
    const found = await tiled.run({ image: both });
    const alone = await tiled.run({ image: float32([1, 48, 48, 3], both.data.slice(48 * 48 * 3)) });
    expect(found["features"]!.shape).toEqual([2, 144, channels]);
    expect(floats(found["features"], "features").slice(144 * channels)).toEqual(alone["features"]!.data);
    expect(found["z"]!.shape).toEqual([2, channels]);
    const tile = (top: number, left: number) =>
      float32(
        [1, 32, 32, 3],
        Float32Array.from({ length: 32 * 32 * 3 }, (__, i) => {
          const [y, x] = [Math.floor(i / 96) + top, (Math.floor(i / 3) % 32) + left];
          return both.data[(y * 48 + x) * 3 + (i % 3)]!;
        }),
      );
    const zs = await Promise.all(
      [tile(0, 0), tile(0, 16), tile(16, 0), tile(16, 16)].map(async (x) => floats((await local(32, 1).run({ image: x }))["z"], "z")),
    );
    const mean = [0, 1, 2].map((c) => zs.reduce((sum, z) => sum + z[c]! / 4, 0));
    expectClose(floats(found["z"], "z").slice(0, channels), mean, { rtol: 1e-5, atol: 1e-6 }, "z");
  });

  it("refuses a graph whose tokens are no square on the pixels of a tile", async () => {
    const tiled = tiledProgram(local(32, 0), { inputSize: 62, tiles: { size: 32, starts: [0, 30] } });
    await expect(tiled.run({ image: image(62) })).rejects.toThrow("features: expected a square of tokens at whole numbers of pixels");
  });
});

describe("blendWeights", () => {
  it("add up to 1 at every token, are 0 over the outer quarter of the overlap, and pass from one tile to the next", () => {
    const [first, second] = blendWeights({ size: 32, starts: [0, 16] }, 1);
    const sums = Array.from({ length: 16 }, (_, i) => first![16 + i]! + second![i]!);
    expectClose(
      sums,
      sums.map(() => 1),
      { rtol: 1e-6, atol: 0 },
      "sums",
    );
    expect(second!.slice(0, 4)).toEqual(Float32Array.of(0, 0, 0, 0));
    expectClose(
      second!.slice(4, 12),
      [1, 3, 5, 7, 9, 11, 13, 15].map((x) => x / 16),
      { rtol: 1e-6, atol: 0 },
      "ramp",
    );
    expect(second!.slice(12).every((weight) => weight === 1)).toBe(true);
  });

  it("end a tile where the next begins when they do not overlap", () => {
    expect(blendWeights({ size: 3, starts: [0, 3] }, 1).map((weights) => [...weights])).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });
});
