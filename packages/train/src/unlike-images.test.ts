import { createRng } from "@ltad/core";
import { type Dataset, isGood, longTail, scanDataset } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import { type Detector, openDetector } from "@ltad/detector";
import { tinyImageEncoder, tinyTextEncoder } from "@ltad/encoder/testing";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig } from "./config/resolve-config.js";
import { train } from "./train.js";

// A model of three synthetic materials. Its encoder has random weights, so it tells apart only what differs much.

let folder: string;
let detector: Detector;
let known: Dataset["classes"] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-unlike-"));
  await synthesise(join(folder, "data"), { seed: 5, size: 64, classes: 3, train: 12, good: 4, defects: 1 });
  const dataset = await scanDataset(join(folder, "data"));
  known = dataset.classes;
  const { folder: model } = await train({
    split: await longTail(dataset, { protocol: "full", seed: 1 }),
    seed: 1,
    config: resolveConfig({ sets: ["preset=fast", "features.inputSize=64"] }),
    out: join(folder, "model"),
    cacheDir: join(folder, "cache"),
    encoders: { image: tinyImageEncoder(createRng(1)), text: tinyTextEncoder(createRng(2)) },
  });
  detector = await openDetector(model);
});
afterAll(async () => {
  await detector?.dispose();
  await rm(folder, { recursive: true, force: true });
});

const goodImages = (classes: Dataset["classes"]) =>
  classes.flatMap(({ name, test }) => test.filter(isGood).map(({ file }) => ({ name, file })));

describe("a trained model", () => {
  it("knows for every class how far good images are that it did not know, and how near they come to another class", () => {
    for (const { good, distances, nearestOther } of detector.manifest.decision!.classes) {
      expect([good.length, distances?.length]).toEqual([12, 12]);
      expect(nearestOther).toBeGreaterThan(0);
    }
  });

  it("finds no good image of a class unlike it", async () => {
    for (const { name, file } of goodImages(known))
      expect((await detector.predict(file, { class: name })).verdict, file).toMatchObject({ isUnlike: false });
  });

  it("finds images of another kind unlike every class, and not good", async () => {
    const image = (of: (place: number) => number) => ({
      width: 64,
      height: 64,
      data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, place) => of(place)),
    });
    const kinds = {
      white: image(() => 255),
      red: image((place) => (place % 3 === 0 ? 255 : 0)),
      blocks: image((place) => 255 * ((Math.floor(place / 24) + Math.floor(place / 1536)) % 2)),
    };
    for (const [kind, pixels] of Object.entries(kinds))
      expect((await detector.predict(pixels)).verdict, kind).toMatchObject({ isUnlike: true, isAnomalous: true });
  });

  it("says that a given class does not fit", async () => {
    const [first, other] = [known[0]!, known[1]!];
    for (const { file } of goodImages([first]))
      expect((await detector.predict(file, { class: other.name })).verdict).toMatchObject({ isUnlike: true, isAnomalous: true });
  });
});
