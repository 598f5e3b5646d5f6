import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createRng, float32 } from "@ltad/core";
import { loadImage } from "@ltad/data";
import { openProgram, tiledProgram } from "@ltad/runtime";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeFilesBy } from "./encode-files.js";
import { featuresId, type FrozenEncoder } from "./features-id.js";
import { sourceWorker } from "./testing/source-worker.js";
import { channels, inputSize as size, tinyEncoder } from "./testing/tiny-encoder.js";

// The tiny encoder takes 48 pixels, a token for every 4. Two tiles a side that overlap by 8 pixels cover 88 pixels, or 22 tokens.

const [side, grid] = [88, 22];
const whole = tinyEncoder(1);
const tiled: FrozenEncoder = { graph: whole.graph, spec: { inputSize: side, kernel: "linear", tiles: { size, starts: [0, 40] } } };

let folder: string;
let worker: URL;
let files: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-tiles-"));
  worker = await sourceWorker(folder);
  const rng = createRng(1);
  files = [];
  for (let i = 0; i < 66; i++) {
    const pixels = Uint8Array.from({ length: 120 * 100 * 3 }, () => rng.integer(256));
    const file = join(folder, `${i}.png`);
    await sharp(pixels, { raw: { width: 120, height: 100, channels: 3 } }).toFile(file);
    files.push(file);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ["one thread", 3, 0],
  ["two threads", 66, availableParallelism() > 1 ? 2 : 0],
])("encodeFiles with tiles, by %s", (_, count, expectedThreads) => {
  it("gives the features of the whole image, which the tiled program gives", async () => {
    let threads = 0;
    const started = () => void threads++;
    process.on("worker", started);
    const store = await encodeFilesBy(worker, files.slice(0, count), tiled, { cacheDir: join(folder, `cache-${count}`) });
    process.off("worker", started);
    expect(threads).toBe(expectedThreads);
    const program = tiledProgram(await openProgram(tiled.graph), { inputSize: side, tiles: tiled.spec.tiles! });
    for (const index of [0, count - 1]) {
      const { features, z } = await store.read(index);
      expect([features.shape, z.shape]).toEqual([
        [1, grid ** 2, channels],
        [1, channels],
      ]);
      const image = float32([1, side, side, 3], await loadImage(files[index]!, side));
      expect({ features, z }).toEqual(await program.run({ image }));
    }
    await program.dispose();
  });
});

it("features of tiles have a name of their own, for each size and each layout", () => {
  const of = (inputSize: number, ...starts: number[]) => featuresId(whole.graph, { inputSize, kernel: "linear", tiles: { size, starts } });
  const ids = [featuresId(whole.graph, whole.spec), of(88, 0, 40), of(96, 0, 48), of(96, 0, 24, 48)];
  expect(new Set(ids).size).toBe(4);
  expect(featuresId(whole.graph, { inputSize: 88, kernel: "linear" })).toBe(ids[0]);
});
