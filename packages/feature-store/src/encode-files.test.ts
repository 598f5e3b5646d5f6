import { writeFileSync } from "node:fs";
import { cp, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { float32, type Progress } from "@ltad/core";
import { loadImage, scanDataset } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import { openProgram } from "@ltad/runtime";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { encodeFiles, encodeFilesBy, type EncodeFilesOptions } from "./encode-files.js";
import { sourceWorker } from "./testing/source-worker.js";
import { channels, inputSize, tinyEncoder, tokens } from "./testing/tiny-encoder.js";

const encoder = tinyEncoder(1);
const two = availableParallelism() > 1; // one core: everything is encoded by one thread

let folder: string;
let files: string[]; // 70 images
let worker: URL;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-features-"));
  await synthesise(join(folder, "data"), { seed: 1, size: 64, classes: 2, train: 35, good: 0, defects: 0 });
  const { classes } = await scanDataset(join(folder, "data"));
  files = classes.flatMap(({ train }) => train.map(({ file }) => file));
  worker = await sourceWorker(folder);
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rm(folder, { recursive: true, force: true }));

const fresh = async (over: Partial<EncodeFilesOptions> = {}) => ({ cacheDir: await mkdtemp(join(folder, "cache-")), ...over });

describe("encodeFiles", () => {
  it("gives each image the features of its pixels, as a batch of one", async () => {
    const store = await encodeFiles(files.slice(0, 3), encoder, await fresh());
    const program = await openProgram(encoder.graph);
    for (const [index, file] of files.slice(0, 3).entries()) {
      const image = float32([1, inputSize, inputSize, 3], await loadImage(file, inputSize));
      const { features, z } = await store.read(index);
      expect([features.shape, z.shape]).toEqual([
        [1, tokens, channels],
        [1, channels],
      ]);
      expect({ features, z }).toEqual(await program.run({ image }));
    }
    await program.dispose();
  });

  it("encodes nothing that is in the cache, for the same encoder", async () => {
    const options = await fresh();
    await encodeFiles(files.slice(0, 2), encoder, options);
    const before = await entriesOf(options.cacheDir);
    const broken = { ...encoder, graph: Buffer.from("no graph") };
    await encodeFiles(files.slice(0, 2), encoder, options);
    expect(await entriesOf(options.cacheDir)).toEqual(before);
    await expect(encodeFiles(files.slice(0, 2), broken, options)).rejects.toMatchObject({ code: "LTAD_BUNDLE" });
    await encodeFiles(files.slice(0, 2), tinyEncoder(2), options);
    await encodeFiles(files.slice(0, 2), { ...encoder, spec: { inputSize, kernel: "cubic" } }, options);
    expect(await readdir(join(options.cacheDir, "features"))).toHaveLength(3);
  });

  it("encodes two files of the same content once", async () => {
    const copy = await copyOf(files[0]!);
    const options = await fresh();
    const store = await encodeFiles([files[0]!, copy, files[1]!, copy], encoder, options);
    expect(await entriesOf(options.cacheDir)).toHaveLength(2);
    expect(await store.read(3)).toEqual(await store.read(0));
    expect(await store.read(2)).not.toEqual(await store.read(0));
  });

  it("counts every image once, also those in the cache", async () => {
    const options = await fresh();
    await encodeFiles(files.slice(1, 3), encoder, options);
    const seen: Progress[] = [];
    await encodeFiles(files.slice(0, 4), encoder, { ...options, onProgress: (step) => seen.push(step) });
    expect(seen).toEqual([1, 2, 3, 4].map((done) => ({ phase: "encode", done, total: 4, unit: "images" })));
  });

  it("names an image that does not exist", async () => {
    const encoding = encodeFiles([join(folder, "none.png")], encoder, await fresh());
    await expect(encoding).rejects.toMatchObject({ code: "LTAD_IMAGE", details: { file: join(folder, "none.png") } });
  });

  it("stops on request", async () => {
    const options = await fresh({ signal: AbortSignal.abort() });
    await expect(encodeFiles(files.slice(0, 1), encoder, options)).rejects.toMatchObject({ code: "LTAD_ABORTED" });
  });

  it("names a damaged entry and says what to do", async () => {
    const options = await fresh();
    const store = await encodeFiles(files.slice(0, 1), encoder, options);
    const [entry] = await entriesOf(options.cacheDir);
    await truncate(entry!, 20);
    await expect(store.read(0)).rejects.toThrow(`${entry}: this entry of the feature cache is damaged. Delete the file and run again`);
  });
});

describe.each([
  ["one thread", 64, 3],
  ["two threads", 70, 6],
])("by %s, encodeFiles", (_, count, mostAfterStop) => {
  const encode = (chosen: readonly string[], options: EncodeFilesOptions) => encodeFilesBy(worker, chosen, encoder, options);
  const own = () => files.slice(0, count);

  it("reads a file once", async () => {
    const reads = await countReads(async () => void (await encode(own(), await fresh())));
    expect(reads).toBe(count);
  });

  it("keeps features under the hash of the very bytes that were encoded, also when a file changes meanwhile", async () => {
    const changing = await Promise.all(own().map((file) => copyOf(file)));
    const other = await readFile(files[0]!);
    const options = await fresh();
    const onProgress = ({ done }: Progress) => done === 1 && changing.slice(1).forEach((file) => writeFileSync(file, other));
    await encode(changing, { ...options, onProgress });
    const unchanged = await fresh();
    await encode(own(), unchanged);
    const entries = await entriesOf(options.cacheDir);
    expect(entries.length).toBeGreaterThan(60);
    for (const entry of entries) {
      const expected = await readFile(entry.replace(options.cacheDir, unchanged.cacheDir)); // under the hash of the same bytes
      expect((await readFile(entry)).equals(expected)).toBe(true);
    }
  });

  it("names an image that cannot be decoded, and keeps the images before it", async () => {
    const broken = join(folder, `broken-${count}.png`);
    await writeFile(broken, "no image");
    const options = await fresh();
    const encoding = encode([...own().slice(0, -4), broken, ...own().slice(-4)], options);
    await expect(encoding).rejects.toMatchObject({ name: "LtadError", code: "LTAD_IMAGE", details: { file: broken } });
    expect((await entriesOf(options.cacheDir)).length).toBeGreaterThanOrEqual(count - 4);
  });

  it("stops on request between two images", async () => {
    const stop = new AbortController();
    const options = await fresh({ signal: stop.signal });
    let most = 0;
    const onProgress = ({ done }: Progress) => {
      most = done;
      if (done === 3) stop.abort();
    };
    await expect(encode(own(), { ...options, onProgress })).rejects.toMatchObject({ code: "LTAD_ABORTED" });
    expect(most).toBeLessThanOrEqual(mostAfterStop); // the images that had begun when the third was done are kept
    expect(await entriesOf(options.cacheDir)).toHaveLength(most);
  });
});

describe("two threads", () => {
  it("give each image the features of one thread to the last bit", async () => {
    const [one, both] = [await fresh(), await fresh()];
    const threads = await threadsOf(() => encodeFilesBy(worker, files, encoder, both));
    expect(threads.map(({ threadId }) => threadId)).toEqual(two ? [-1, -1] : []); // -1: ended
    await encodeFiles(files, encoder, one);
    const entries = await entriesOf(one.cacheDir);
    expect(entries).toHaveLength(70);
    for (const entry of entries)
      expect((await readFile(entry)).equals(await readFile(entry.replace(one.cacheDir, both.cacheDir)))).toBe(true);
  });

  it("end after a failure too", async () => {
    const broken = join(folder, "broken.png");
    await writeFile(broken, "no image");
    const options = await fresh();
    const encoding = (list: readonly string[]) => encodeFilesBy(worker, list, encoder, options).catch(() => {});
    const threads = await threadsOf(() => encoding([...files, broken]));
    expect(threads.map(({ threadId }) => threadId)).toEqual(two ? [-1, -1] : []);
  });

  it("do not start for 64 images, nor for more of which 64 are missing, nor where their program is not built", async () => {
    const options = await fresh();
    expect(await threadsOf(() => encodeFilesBy(worker, files.slice(0, 64), encoder, options))).toEqual([]);
    expect(await threadsOf(() => encodeFilesBy(worker, files, encoder, options))).toEqual([]);
    expect(await threadsOf(async () => encodeFiles(files, encoder, await fresh()))).toEqual([]);
  });
});

/** The threads that a job starts. */
async function threadsOf(job: () => Promise<unknown>): Promise<Worker[]> {
  const threads: Worker[] = [];
  const started = (thread: Worker) => threads.push(thread);
  process.on("worker", started);
  await job().finally(() => process.off("worker", started));
  return threads;
}

/** How often a job reads a whole file. */
async function countReads(job: () => Promise<unknown>): Promise<number> {
  const handle = await open(files[0]!);
  const reads = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, "readFile");
  await handle.close();
  await job();
  return reads.mock.calls.length;
}

async function entriesOf(cacheDir: string): Promise<string[]> {
  const names = await readdir(cacheDir, { recursive: true });
  return names
    .filter((name) => name.endsWith(".safetensors"))
    .sort()
    .map((name) => join(cacheDir, name));
}

let copies = 0;
async function copyOf(file: string): Promise<string> {
  const copy = join(folder, `copy-${copies++}.png`);
  await cp(file, copy);
  return copy;
}
