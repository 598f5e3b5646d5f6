import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { decodeImage, longTail, scanDataset, type Split } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import { openDetector, readManifest, writeBundle } from "@ltad/detector";
import { openDetector as openWebDetector } from "@ltad/detector/web";
import { loadImageEncoder } from "@ltad/encoder";
import { orOffline, testCacheDir, tinyImageEncoder, tinyTextEncoder } from "@ltad/encoder/testing";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addClasses } from "./classes/add-classes.js";
import { removeClasses } from "./classes/remove-classes.js";
import { openModel } from "./classes/trained-model.js";
import { resolveConfig } from "./config/resolve-config.js";
import { train } from "./train.js";
import type { TrainOptions } from "./train-options.js";

// Two classes of 64 x 64 pixels, 4 x 4 places; of the first the left half is judged.

const settings = [
  "features.inputSize=64",
  "detect.steps=6",
  "detect.images=4",
  "reconstruct.width=16",
  "reconstruct.hidden=16",
  "semantic.width=8",
];
const left = "1100".repeat(4);
const weights = await orOffline(loadImageEncoder("efficientnet-b0", { cacheDir: testCacheDir(process.env) }));
let root: string;
let split: Split;
let masked = "";
const text = tinyTextEncoder(createRng(2));

async function trained(name: string, classes: Split["classes"], over: Partial<TrainOptions> = {}): Promise<string> {
  const encoders = { image: tinyImageEncoder(createRng(1)), text };
  const config = resolveConfig({ sets: settings });
  const out = join(root, name);
  await train({ split: { ...split, classes }, seed: 3, config, out, cacheDir: join(root, "cache"), encoders, ...over });
  return out;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ltad-include-"));
  await synthesise(join(root, "data"), { seed: 1, size: 64, classes: 2, train: 6, good: 2, defects: 1 });
  split = await longTail(await scanDataset(join(root, "data")), { protocol: "full", seed: 1 });
  const include = await halfMask(64);
  const [first, second] = split.classes as [Split["classes"][number], Split["classes"][number]];
  split = { ...split, classes: [{ ...first, include }, second] };
  masked = await trained("masked", split.classes);
});
afterAll(() => rm(root, { recursive: true }));

describe("a model with an include mask", () => {
  it("says which places it judges, and gives 0 for the others in every map", async () => {
    expect((await readManifest(masked)).classes.map(({ judged }) => judged)).toEqual([left, undefined]);
    const [detector, first, second] = [await openDetector(masked), split.classes[0]!, split.classes[1]!];
    const grid = await detector.predict(first.train[0]!.file, { class: first.name, size: "grid" });
    for (const map of [grid.map, grid.recMap, grid.semMap]) expect([...map].map((value) => (value === 0 ? "0" : "1")).join("")).toBe(left);
    const whole = await detector.predict(first.train[0]!.file, { class: first.name });
    expect([...whole.map.keys()].filter((pixel) => whole.map[pixel] !== 0).every((pixel) => pixel % 64 < 32)).toBe(true);
    expectClose([Math.max(...grid.map)], [grid.score], { rtol: 1e-5, atol: 0 });
    const other = await detector.predict(second.train[0]!.file, { class: second.name, size: "grid" });
    expect(other.map.every((value) => value > 0)).toBe(true);
    await detector.dispose();
  });

  it("is not unlike its class for what is in the ignored part", async () => {
    const { decision } = await readManifest(masked);
    expect(decision!.classes.map(({ distances }) => distances!.length)).toEqual([0, 6]);
    const [{ name, train: items }] = split.classes as [Split["classes"][number]];
    const detector = await openDetector(masked);
    expect((await detector.predict(items[0]!.file, { class: name })).distance).toBe(0);
    await detector.dispose();
  });

  it("has limits from judged places alone", async () => {
    const { decision } = await readManifest(masked);
    expectClose([Math.exp(meanLog(decision!.classes[0]!.good))], [1], { rtol: 1e-3, atol: 0 });
  });

  it("gives no turned copies to the class, for a mask is drawn for images as they lie", async () => {
    const { copies } = JSON.parse(await readFile(join(masked, "history.json"), "utf8")) as { copies: Record<string, unknown> };
    expect(copies[split.classes[0]!.name]).toBeUndefined();
  });

  it("answers the same in a browser", async () => {
    const [{ name, train: items }] = split.classes as [Split["classes"][number]];
    const { data, width, height } = await decodeImage(items[0]!.file);
    const web = await openWebDetector(async (file: string) => readFile(join(masked, file)));
    const node = await openDetector(masked);
    const [there, here] = [
      await web.predict({ data, width, height }, { class: name }),
      await node.predict(items[0]!.file, { class: name }),
    ];
    expectClose(there.map, here.map, { rtol: 1e-3, atol: 1e-5 }, "map");
    expectClose([there.score], [here.score], { rtol: 1e-3, atol: 0 }, "score");
    await Promise.all([web.dispose(), node.dispose()]);
  });
});

describe.skipIf(!weights)("with the real encoder", () => {
  it("a bright patch in the ignored part moves the score little, and one in the judged part a lot", async () => {
    await synthesise(join(root, "large"), { seed: 4, size: 128, classes: 1, train: 8, good: 1, defects: 1 });
    const [only] = (await longTail(await scanDataset(join(root, "large")), { protocol: "full", seed: 1 })).classes;
    const include = await halfMask(128);
    const config = resolveConfig({ sets: ["preset=fast", "features.inputSize=128"] });
    const encoders = { image: weights!, text };
    const folder = await trained("real", [{ ...only!, include }], { config, encoders });
    const detector = await openDetector(folder);
    const scoreOf = async (left?: number) =>
      (await detector.predict(await painted(only!.train[0]!.file, left), { class: only!.name })).score;
    const [clean, outside, inside] = [await scoreOf(), await scoreOf(104), await scoreOf(24)];
    await detector.dispose();
    expect(inside / clean).toBeGreaterThan(3);
    expect(outside / clean).toBeLessThan(1 + 0.2 * (inside / clean - 1));
  });
});

describe("classes with include masks", () => {
  it("join a model, and leave it as it was when they go", async () => {
    const [first, second] = split.classes as [Split["classes"][number], Split["classes"][number]];
    const one = await trained("one", [second]);
    const options = { cacheDir: join(root, "cache"), text };
    await writeBundle(join(root, "two"), (await addClasses(one, [first], options)).parts);
    expect((await readManifest(join(root, "two"))).classes.map(({ judged }) => judged)).toEqual([undefined, left]);
    const [table, whole] = [await openModel(join(root, "two")), await openModel(masked)].map(({ arrays }) => arrays["calibration.judged"]!);
    expect([table!.shape, whole!.shape]).toEqual([
      [2, 16],
      [2, 16],
    ]);
    await writeBundle(join(root, "back"), (await removeClasses(join(root, "two"), [first.name])).parts);
    const filesOf = async (folder: string) => Object.keys((await readManifest(folder)).files).sort();
    expect(await filesOf(join(root, "back"))).toEqual(await filesOf(one));
  });

  it("are refused with modules that look at the whole image", async () => {
    const config = resolveConfig({ sets: ["preset=paper", "reconstruct.neighbourhood=1", "features.inputSize=64"] });
    await expect(trained("paper", split.classes, { config })).rejects.toMatchObject({
      code: "LTAD_CONFIG",
      message: expect.stringMatching(/reconstruct\.kind uniad looks at the whole image.*Use the preset recommended or fast/) as string,
    });
    const names = resolveConfig({ sets: ["preset=fast", "names.prototypes=learned", "features.inputSize=64"] });
    await expect(trained("names", split.classes, { config: names })).rejects.toThrow(/phase 1 .* sees the whole image/);
  });
});

/** White in the left half. */
async function halfMask(side: number): Promise<string> {
  const file = join(root, `left-${side}.png`);
  const data = Uint8Array.from({ length: side * side }, (_, i) => (i % side < side / 2 ? 255 : 0));
  await sharp(data, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toFile(file);
  return file;
}

/** The image with a white patch of 12 x 12 pixels. */
async function painted(file: string, left?: number): Promise<string> {
  if (left === undefined) return file;
  const out = join(root, `painted-${left}.png`);
  const input = { create: { width: 12, height: 12, channels: 3 as const, background: "white" } };
  await sharp(file)
    .composite([{ input, left, top: 58 }])
    .png()
    .toFile(out);
  return out;
}

function meanLog(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + Math.log(value), 0) / values.length;
}
