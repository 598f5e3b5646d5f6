import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "@ltad/core";
import { longTail, scanDataset, type Split } from "@ltad/data";
import { tinyImageEncoder } from "@ltad/encoder/testing";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fitConfig, rankFor } from "./fit-config.js";
import { resolveConfig } from "./resolve-config.js";

const encoder = tinyImageEncoder(createRng(1)); // trained at 64 px, strides 2 to 32
let folder: string;
let split: Split; // two images of 300 x 200, one of 90 x 700, one of 40 x 40
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-fit-"));
  await mkdir(join(folder, "data/a/train/good"), { recursive: true });
  const sizes = [
    [300, 200],
    [200, 300],
    [90, 700],
    [40, 40],
  ] as const;
  for (const [i, [width, height]] of sizes.entries())
    await sharp({ create: { width, height, channels: 3, background: "#888" } }).toFile(join(folder, `data/a/train/good/${i}.png`));
  split = await longTail(await scanDataset(join(folder, "data")), { protocol: "full", seed: 1 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const fit = (...sets: string[]) => fitConfig(resolveConfig({ preset: "fast", sets }), encoder, split);

describe("fitConfig", () => {
  it("decides what is left to the encoder, and nothing else", async () => {
    const given = resolveConfig({ preset: "fast" });
    expect(await fit()).toEqual({
      ...given,
      features: { ...given.features, inputSize: 128, stages: [2, 3, 5, 6], gridStride: 16 },
      whitening: { ...given.whitening, positionRank: 8 },
    });
  });

  it("leaves what the user says, alone or together", async () => {
    expect((await fit("features.inputSize=96", "whitening.positionRank=3")).features).toMatchObject({
      inputSize: 96,
      stages: [2, 3, 5, 6],
    });
    expect((await fit("features.stages=[1,4]")).features).toMatchObject({ inputSize: 128, stages: [1, 4], gridStride: 16 });
    expect((await fit("features.gridStride=8")).features).toMatchObject({ inputSize: 128, gridStride: 8 });
    expect((await fit("whitening.positionRank=0")).whitening.positionRank).toBe(0);
    const all = ["features.inputSize=72", "features.stages=[3]", "features.gridStride=8"];
    expect((await fit(...all)).features).toMatchObject({ inputSize: 72, stages: [3], gridStride: 8 });
  });

  it("with tiles takes the size of the images: the median of their longer sides in whole strides", async () => {
    expect((await fit("features.tile=64")).features).toMatchObject({ inputSize: 320, tile: 64 });
    expect((await fit("features.tile=64", "features.inputSize=192")).features).toMatchObject({ inputSize: 192, tile: 64 });
    expect((await fit("features.tile=512")).features).toMatchObject({ inputSize: 128, tile: 512 }); // no image is larger than a tile
  });

  it("refuses a window that the grid of the encoder does not have", async () => {
    const uniad = ["preset=recommended", "reconstruct.kind=uniad", "detect.tokens=null"];
    expect((await fit(...uniad, "features.inputSize=144")).reconstruct).toMatchObject({ neighbourhood: 7 });
    await expect(fitConfig(resolveConfig({ sets: [...uniad.slice(1), "reconstruct.neighbourhood=9"] }), encoder, split)).rejects.toThrow(
      "reconstruct.neighbourhood: expected 0 or an odd number below the grid's 8, received 9.",
    );
  });
});

describe("rankFor", () => {
  it.each([
    ["EfficientNet-B0 at 384 px", 576, 368, 8],
    ["EfficientNet-B0 at 512 px", 1024, 368, 6],
    ["two blocks of a ViT-S/14 at 336 px", 576, 768, 4],
    ["EfficientNet-B7 at 384 px", 576, 736, 4],
    ["a grid whose means alone take 6 MB", 9216, 368, 0],
  ])("of %s", (_, tokens, channels, rank) => {
    expect(rankFor({ tokens, channels })).toBe(rank);
    const bytes = 2 * (tokens * channels * (1 + rank) + channels ** 2);
    expect(rank === 0 || bytes <= 6e6).toBe(true);
    expect(rank === 8 || bytes + 2 * tokens * channels > 6e6).toBe(true);
  });
});
