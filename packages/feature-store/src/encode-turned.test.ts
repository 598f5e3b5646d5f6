import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { bytesOf, createRng, type Progress, sha256 } from "@ltad/core";
import { turnImage, turns } from "@ltad/data";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeFilesBy } from "./encode-files.js";
import type { TurnedFile } from "./encode-image.js";
import { featuresId } from "./features-id.js";
import { sourceWorker } from "./testing/source-worker.js";
import { inputSize, tinyEncoder } from "./testing/tiny-encoder.js";

const encoder = tinyEncoder(1);
const id = featuresId(encoder.graph, encoder.spec);

let folder: string;
let worker: URL;
let copies: (string | TurnedFile)[]; // each of 11 images as it is, then its five turns
let onDisk: string[]; // the same, turned before they were written
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-turned-"));
  worker = await sourceWorker(folder);
  const rng = createRng(1);
  [copies, onDisk] = [[], []];
  for (let i = 0; i < 11; i++) {
    const pixels = Float32Array.from({ length: inputSize * inputSize * 3 }, () => rng.integer(256));
    const file = await writePng(`${i}`, pixels);
    copies.push(file, ...turns.map((turn) => ({ file, turn })));
    onDisk.push(file);
    for (const turn of turns) onDisk.push(await writePng(`${i}-${turn}`, turnImage(pixels, inputSize, turn)));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ["one thread", 12, 0],
  ["two threads", 66, availableParallelism() > 1 ? 2 : 0],
])("by %s, encodeFiles", (_, count, expectedThreads) => {
  it("gives a turned copy the features of an image that was turned on disk, to the last bit", async () => {
    const { store, threads } = await encode(copies.slice(0, count), await freshCache());
    const { store: expected } = await encode(onDisk.slice(0, count), await freshCache());
    expect(threads).toBe(expectedThreads);
    const seen = new Set<string>();
    for (let index = 0; index < count; index++) {
      const found = await store.read(index);
      expect(found).toEqual(await expected.read(index));
      seen.add(sha256(bytesOf(found.features.data)));
    }
    expect(seen.size).toBe(count); // all turns differ
  });

  it("counts every copy, and encodes nothing that is in the cache", async () => {
    const cacheDir = await freshCache();
    const progress = Array.from({ length: count }, (__, i) => ({ phase: "encode", done: i + 1, total: count, unit: "images" }));
    expect((await encode(copies.slice(0, count), cacheDir)).steps).toEqual(progress);
    const before = await entriesOf(cacheDir);
    expect(before).toHaveLength(count);
    expect(await encode(copies.slice(0, count), cacheDir)).toMatchObject({ steps: progress, threads: 0 });
    expect(await entriesOf(cacheDir)).toEqual(before);
  });

  it("names the file of a turned copy that cannot be decoded", async () => {
    const file = join(folder, "broken.png");
    await writeFile(file, "no image");
    const encoding = encode([...copies.slice(0, count - 1), { file, turn: "90" }], await freshCache());
    await expect(encoding).rejects.toMatchObject({ name: "LtadError", code: "LTAD_IMAGE", details: { file } });
  });
});

it("names an entry after the content of the file, and after the turn where there is one", async () => {
  const [file] = onDisk as [string];
  const cacheDir = await freshCache();
  await encode([{ file }, file, { file, turn: "90" }, { file, turn: "mirror" }], cacheDir);
  const hash = sha256(await readFile(file));
  const names = ["-90", "-mirror", ""].map((turn) =>
    join("features", id.slice(0, 16), hash.slice(0, 2), `${hash.slice(2, 34)}${turn}.safetensors`),
  );
  expect((await entriesOf(cacheDir)).map(([name]) => name)).toEqual(names);
});

const freshCache = () => mkdtemp(join(folder, "cache-"));

async function writePng(name: string, pixels: Float32Array): Promise<string> {
  const file = join(folder, `${name}.png`);
  await sharp(Uint8Array.from(pixels), { raw: { width: inputSize, height: inputSize, channels: 3 } }).toFile(file);
  return file;
}

/** The store, the progress, and how many threads were started. */
async function encode(files: readonly (string | TurnedFile)[], cacheDir: string) {
  const steps: Progress[] = [];
  let threads = 0;
  const started = () => void threads++;
  process.on("worker", started);
  try {
    const store = await encodeFilesBy(worker, files, encoder, { cacheDir, onProgress: (step) => steps.push(step) });
    return { store, steps, threads };
  } finally {
    process.off("worker", started);
  }
}

/** The files of the cache and when each was written. */
async function entriesOf(cacheDir: string): Promise<(readonly [name: string, written: bigint])[]> {
  const names = (await readdir(cacheDir, { recursive: true })).filter((name) => name.endsWith(".safetensors")).sort();
  return Promise.all(names.map(async (name) => [name, (await stat(join(cacheDir, name), { bigint: true })).mtimeNs] as const));
}
