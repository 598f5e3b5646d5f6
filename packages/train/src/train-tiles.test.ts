import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { longTail, scanDataset, type Split } from "@ltad/data";
import { type Detector, openDetector } from "@ltad/detector";
import type { ImageEncoder } from "@ltad/encoder";
import { tinyImageEncoder, tinyTextEncoder } from "@ltad/encoder/testing";
import * as tf from "@tensorflow/tfjs";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig } from "./config/resolve-config.js";
import { train } from "./train.js";

// Images of 256 pixels with smooth noise; a defect is a dot of 6 pixels, less than a thousandth of the image. Tiles have 64 pixels.

const side = 256;
let folder: string;
let split: Split;
const good: string[] = [];
const defective: string[] = [];
const places: { readonly left: number; readonly top: number }[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-train-tiles-"));
  const rng = createRng("tiles");
  const write = async (name: string, defect: boolean) => {
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, () => 110 + rng.integer(24));
    const dot = { create: { width: 6, height: 6, channels: 3, background: "#a05050" } } as const;
    const at = { left: 20 + rng.integer(200), top: 20 + rng.integer(200) };
    const file = join(folder, "data", "cloth", name);
    await mkdir(join(file, ".."), { recursive: true });
    const cloth = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .resize(side, side, { kernel: "cubic" })
      .png()
      .toBuffer();
    await sharp(cloth)
      .composite(defect ? [{ input: dot, ...at }] : [])
      .toFile(file);
    return { file, at };
  };
  for (let i = 0; i < 16; i++) await write(`train/good/${i}.png`, false);
  for (let i = 0; i < 4; i++) good.push((await write(`test/good/${i}.png`, false)).file);
  for (let i = 0; i < 4; i++) {
    const { file, at } = await write(`test/dot/${i}.png`, true);
    defective.push(file);
    places.push(at);
  }
  split = await longTail(await scanDataset(join(folder, "data")), { protocol: "full", seed: 1 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function trained(name: string, image: ImageEncoder, sets: readonly string[]): Promise<Detector> {
  const config = resolveConfig({ preset: "fast", sets: ["copies.upTo=0", ...sets] });
  await train({
    split,
    seed: 1,
    config,
    out: join(folder, name),
    cacheDir: join(folder, "cache"),
    encoders: { image, text: tinyTextEncoder(createRng(2)) },
  });
  return openDetector(join(folder, name), { threads: 1 });
}

/** Each place sees its own 8 x 8 pixels: means, and means of squares. */
const localEncoder: ImageEncoder = {
  kind: "network",
  name: "local",
  id: "local",
  inputSize: 64,
  processing: { kernel: "linear", resize: { both: 64 }, size: 64, corner: "down" },
  stages: [{ stage: 1, channels: 6, stride: 8 }],
  zSize: 6,
  params: {},
  forward: (_, image) => {
    const places = tf.concat([tf.avgPool(image, 8, 8, "valid"), tf.avgPool(image.square(), 8, 8, "valid")], 3);
    return { stages: [places], z: tf.mean(places, [1, 2]) };
  },
};

describe("train with tiles", () => {
  it("finds a small defect in large images, and where it is, which the whole image at the size of a tile does not", async () => {
    const encoder = tinyImageEncoder(createRng(1));
    const separation = async (detector: Detector) => {
      const scores = async (files: readonly string[]) => Promise.all(files.map(async (file) => (await detector.predict(file)).score));
      return Math.min(...(await scores(defective))) - Math.max(...(await scores(good)));
    };
    const [whole, tiled] = [
      await trained("whole", encoder, ["features.inputSize=64"]),
      await trained("tiled", encoder, ["features.tile=64"]),
    ];
    expect(tiled.manifest.features).toMatchObject({
      inputSize: 256,
      grid: 16,
      tiles: { size: 64, starts: [0, 32, 64, 96, 128, 160, 192] },
    });
    expect(tiled.manifest.config).toMatchObject({ features: { inputSize: 256, tile: 64, stages: [2, 3, 5, 6], gridStride: 16 } });
    expect(await separation(whole)).toBeLessThan(0);
    expect(await separation(tiled)).toBeGreaterThan(0);
    for (const [i, { left, top }] of places.entries()) {
      const { map } = await tiled.predict(defective[i]!, { size: "grid" });
      const at = map.indexOf(map.reduce((a, b) => Math.max(a, b), -Infinity));
      expect(Math.abs((at % 16) - (left + 3) / 16 + 0.5)).toBeLessThan(1.6);
      expect(Math.abs(Math.floor(at / 16) - (top + 3) / 16 + 0.5)).toBeLessThan(1.6);
    }
    await Promise.all([whole.dispose(), tiled.dispose()]);
  });

  it("of an encoder whose places see themselves alone has the maps of the whole image", async () => {
    const sets = ["features.inputSize=256", "features.gridStride=8"];
    const [whole, tiled] = [
      await trained("local", localEncoder, sets),
      await trained("local-tiled", localEncoder, [...sets, "features.tile=64"]),
    ];
    expect([whole, tiled].map(({ manifest }) => manifest.features.tiles?.starts)).toEqual([undefined, [0, 48, 96, 144, 192]]);
    for (const file of [good[0]!, defective[0]!]) {
      const [a, b] = [await whole.predict(file), await tiled.predict(file)];
      expect(b.map).toHaveLength(side * side);
      expectClose(b.map, a.map, { rtol: 1e-2, atol: 1e-2 }, "map");
    }
    await Promise.all([whole.dispose(), tiled.dispose()]);
  });

  it("takes images that are no larger than a tile as a whole", async () => {
    const detector = await trained("no-tiles", tinyImageEncoder(createRng(1)), ["features.tile=256"]);
    expect(detector.manifest.features).toMatchObject({ inputSize: 128, grid: 8 });
    expect(detector.manifest.features.tiles).toBeUndefined();
    await detector.dispose();
  });
});
