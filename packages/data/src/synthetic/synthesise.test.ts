import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRng, type Progress, sha256 } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { checkDataset } from "../dataset/check-dataset.js";
import { datasetStatistics } from "../dataset/dataset-statistics.js";
import { pixelTestItems } from "../dataset/dataset.js";
import { scanDataset } from "../dataset/scan-dataset.js";
import { decodeImage } from "../images/decode-image.js";
import { loadMask } from "../images/load-mask.js";
import { makeFolder } from "../testing/make-folder.js";
import { materials } from "./materials.js";
import { drawSample } from "./samples.js";
import { synthesise } from "./synthesise.js";

const small = { size: 64, classes: 2, train: 3, good: 2, defects: 5 };
const place = async () => join(await makeFolder({}), "set");
const hashes = async (folder: string) => {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(files.sort().map(async (file) => [file.slice(folder.length), sha256(await readFile(file))]));
};

describe("synthesise", () => {
  it("writes a dataset that scans and checks without a remark", async () => {
    const seen: Progress[] = [];
    const { folder, made } = await synthesise(await place(), { ...small, onProgress: (p) => seen.push(p) });
    const dataset = await scanDataset(folder);
    expect([made, dataset.warnings, dataset.classes.map(({ name }) => name)]).toEqual([true, [], ["brick", "fabric"]]);
    for (const data of dataset.classes) expect([data.train.length, data.test.length, pixelTestItems(data).length]).toEqual([3, 7, 7]);
    expect((await checkDataset(dataset, { depth: "full" })).get("brick/train/good/000.png")).toEqual({ width: 64, height: 64 });
    expect(seen.at(-1)).toEqual({ phase: "draw images", done: 20, total: 20, unit: "images" });
    for (const { coverage } of (await datasetStatistics(dataset)).classes.flatMap(({ defects }) => defects)) {
      expect(coverage?.min).toBeGreaterThan(0.001);
      expect(coverage?.max).toBeLessThan(0.15);
    }
  });

  it("gives the same bytes for the same seed, and others for another", async () => {
    const [a, b, c] = await Promise.all(
      [4, 4, 5].map(async (seed) => hashes((await synthesise(await place(), { ...small, seed })).folder)),
    );
    expect(a).toEqual(b);
    expect(new Set([...(a ?? []), ...(c ?? [])].map(([, hash]) => hash)).size).toBe(2 * (a?.length ?? 0));
  });

  it("does nothing when the set is there, and leaves foreign folders alone", async () => {
    const folder = await place();
    await mkdir(folder); // an empty folder is fine
    expect((await synthesise(folder, small)).made).toBe(true);
    expect((await synthesise(folder, small)).made).toBe(false);
    await expect(synthesise(folder, { ...small, seed: 1 })).rejects.toThrow(/made with other parameters; it was not changed/);
    expect((await synthesise(folder, { ...small, seed: 1, replace: true })).made).toBe(true);
    const foreign = await makeFolder({ "mine.txt": "precious" });
    await expect(synthesise(foreign, { ...small, replace: true })).rejects.toMatchObject({ code: "LTAD_DATA" });
    expect(await readdir(foreign)).toEqual(["mine.txt"]);
  });

  it("leaves nothing behind when it is stopped or cannot write", async () => {
    const parent = await makeFolder({ file: "a file" });
    const stop = new AbortController();
    const stopped = synthesise(join(parent, "set"), {
      ...small,
      signal: stop.signal,
      onProgress: ({ done }) => done === 3 && stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "LTAD_ABORTED" });
    await expect(synthesise(join(parent, "file/set"), small)).rejects.toMatchObject({ code: "LTAD_WRITE" });
    expect(await readdir(parent)).toEqual(["file"]);
    await writeFile(join(parent, "file"), "");
  });

  it.each([{ size: 32 }, { train: 0 }, { classes: 9 }, { classes: ["silk"] }, { classes: ["wood", "wood"] }, { seed: -1 }, { good: 1.5 }])(
    "refuses %j",
    async (options) => {
      await expect(synthesise(await place(), options)).rejects.toMatchObject({ code: "LTAD_CONFIG" });
    },
  );
});

describe("every material", () => {
  const size = 96;
  const all = Object.entries(materials).flatMap(([material, { defects }]) =>
    Object.keys(defects).map((defect) => [material, defect] as const),
  );

  it.each(all)("%s with %s: damage changes the masked pixels and no others", (material, defect) => {
    const image = "x.png";
    const good = drawSample(createRng(2), { material, image }, size);
    const bad = drawSample(createRng(2), { material, defect, image, mask: "m.png" }, size);
    const change = (inside: boolean) => {
      const at = [...(bad.mask ?? [])].flatMap((m, i) => (m > 0 === inside ? [i] : []));
      const changed = at.filter((i) => [0, 1, 2].some((c) => Math.abs(good.pixels[i * 3 + c]! - bad.pixels[i * 3 + c]!) > 8));
      return changed.length / at.length;
    };
    expect(good.mask).toBeNull();
    expect(change(true)).toBeGreaterThan(0.6);
    expect(change(false)).toBeLessThan(0.02);
  });

  it("is told apart by its mean colour or contrast, and two samples of one are not alike", () => {
    const figures = Object.keys(materials).map((material) => {
      const [a, b] = [1, 2].map((seed) => drawSample(createRng(seed), { material, image: "" }, size).pixels) as [Uint8Array, Uint8Array];
      const different = a.reduce((sum, v, i) => sum + Math.abs(v - b[i]!), 0) / a.length;
      expect(different, material).toBeGreaterThan(5);
      return [0, 1, 2].map((c) => a.filter((_, i) => i % 3 === c).reduce((x, y) => x + y, 0) / (a.length / 3));
    });
    for (const [i, a] of figures.entries())
      for (const b of figures.slice(i + 1)) expect(Math.hypot(...a.map((v, c) => v - b[c]!))).toBeGreaterThan(4);
  });
});

describe("the mask file", () => {
  it("has one channel, 0 and 255, and is where the image was damaged", async () => {
    const { folder } = await synthesise(await place(), { ...small, classes: ["metal"], defects: 1 });
    const file = join(folder, "metal/ground_truth/blob/000_mask.png");
    expect(new Set((await decodeImage(file)).data)).toEqual(new Set([0, 255]));
    expect((await loadMask(file, { width: 64, height: 64 })).data.includes(1)).toBe(true);
  });
});
