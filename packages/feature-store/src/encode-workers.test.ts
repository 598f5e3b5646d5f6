import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { Worker } from "node:worker_threads";
import { createRng, type JobOptions, type Progress } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { scanDataset, synthesise } from "@ltad/data";
import { tinyImageEncoder } from "@ltad/encoder/testing";
import { encoderGraph, featureSpec } from "@ltad/features";
import { encodeImages, type FeatureStore } from "@ltad/feature-store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeFiles, encodeFilesBy } from "./encode-files.js";
import { builtWorker, canUseWorkers, openWorkers } from "./encode-workers.js";

const built = new URL("../../train/dist/encode-worker.js", import.meta.url);
const encoder = tinyImageEncoder(createRng(1));
const spec = featureSpec(encoder, { inputSize: 64, stages: [2, 3], gridStride: 16, shrink: "area" });
const graph = encoderGraph(encoder, spec);

let folder: string;
let files: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-workers-"));
  await synthesise(join(folder, "data"), { seed: 1, size: 96, classes: 2, train: 35, good: 0, defects: 0 });
  const { classes } = await scanDataset(join(folder, "data"));
  files = classes.flatMap(({ train }) => train.map(({ file }) => file));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const never = () => Promise.reject(new Error("one thread was asked"));
const kept = { encoderId: "0123456789abcdef", inputSize: spec.inputSize, open: never, load: never };

/** Encodes with workers only: what one thread would do is refused. */
async function encode(cache: string, options: JobOptions & { files?: string[]; graph?: Uint8Array } = {}): Promise<FeatureStore> {
  const workers = openWorkers(options.graph ?? graph, spec, built);
  try {
    return await encodeImages(options.files ?? files, {
      ...kept,
      ...options,
      cacheDir: join(folder, cache),
      openMany: async () => workers,
    });
  } finally {
    await workers.close();
  }
}

describe.skipIf(!existsSync(built))("two workers", () => {
  it("give each image the features that one thread gives it", async () => {
    const progress: Progress[] = [];
    const store = await encode("two", { onProgress: (step) => progress.push(step) });
    const one = await encodeFiles(files, graph, spec, { cacheDir: join(folder, "one") });
    for (const [index, file] of files.entries()) {
      const [found, expected] = [await store.read(index), await one.read(index)];
      expectClose(found.features, expected.features, { rtol: 0, atol: 1e-6 }, file);
      expectClose(found.z, expected.z, { rtol: 0, atol: 1e-6 }, file);
    }
    expect(progress.map(({ done }) => done)).toEqual(files.map((_, i) => i + 1));
  });

  it("tell of an image that cannot be read, and keep what was encoded before", async () => {
    const broken = join(folder, "broken.png");
    await writeFile(broken, "no image");
    const withBroken = [...files.slice(0, 66), broken, ...files.slice(66)];
    const encoding = encode("broken", { files: withBroken });
    await expect(encoding).rejects.toMatchObject({ name: "LtadError", code: "LTAD_IMAGE", details: { file: broken } });
    await expect(encoding).rejects.toThrow(/broken\.png: this is a text file/);
    const more: number[] = [];
    await encodeImages(files.slice(0, 66), { ...kept, cacheDir: join(folder, "broken"), onProgress: (step) => more.push(step.done) });
    expect(more).toEqual([]);
  });

  it("stop when asked, between two images", async () => {
    const stop = new AbortController();
    const done: number[] = [];
    const onProgress = (step: Progress) => {
      done.push(step.done);
      if (step.done === 3) stop.abort();
    };
    await expect(encode("stopped", { signal: stop.signal, onProgress })).rejects.toMatchObject({ code: "LTAD_ABORTED" });
    expect(done.length).toBeLessThanOrEqual(4);
    const rest: number[] = [];
    await encode("stopped", { onProgress: (step) => rest.push(step.done) });
    expect(rest[0]).toBe(done.length + 1);
  });

  it("say what is wrong with a graph", async () => {
    await expect(encode("graph", { graph: Buffer.from("no graph") })).rejects.toMatchObject({ code: "LTAD_BUNDLE" });
  });
});

/** Threads that a job starts. */
async function threadsOf(job: () => Promise<unknown>): Promise<Worker[]> {
  const threads: Worker[] = [];
  const started = (thread: Worker) => threads.push(thread);
  process.on("worker", started);
  await job().finally(() => process.off("worker", started));
  return threads;
}

describe("encodeFiles", () => {
  const most = availableParallelism() > 1 ? 2 : 0;

  it.skipIf(!existsSync(built))("encodes more than 64 images by two threads, and ends them", async () => {
    const threads = await threadsOf(() => encodeFilesBy(built, files, graph, spec, { cacheDir: join(folder, "by-threads") }));
    expect(threads.map(({ threadId }) => threadId)).toEqual(Array<number>(most).fill(-1)); // -1: ended
    const [found, one] = await Promise.all(
      ["by-threads", "by-one"].map((cache) => encodeFiles(files, graph, spec, { cacheDir: join(folder, cache) })),
    );
    for (const [index, file] of files.entries())
      expectClose((await found!.read(index)).features, (await one!.read(index)).features, { rtol: 0, atol: 1e-6 }, file);
  });

  it.skipIf(!existsSync(built))("ends them after a failure too", async () => {
    let encoding: Promise<unknown> | undefined;
    const broken = join(folder, "by-threads.png");
    await writeFile(broken, "no image");
    const threads = await threadsOf(async () => {
      encoding = encodeFilesBy(built, [...files, broken], graph, spec, { cacheDir: join(folder, "by-threads-broken") });
      await encoding.catch(() => {});
    });
    await expect(encoding).rejects.toMatchObject({ code: "LTAD_IMAGE", details: { file: broken } });
    expect(threads.map(({ threadId }) => threadId)).toEqual(Array<number>(most).fill(-1));
  });

  it.skipIf(!existsSync(built))("encodes 64 images and fewer by none", async () => {
    expect(await threadsOf(() => encodeFilesBy(built, files.slice(0, 64), graph, spec, { cacheDir: join(folder, "few") }))).toEqual([]);
  });

  it("uses threads where their program is built and there are cores for two", async () => {
    const program = await standIn("there", "");
    expect([canUseWorkers(program), canUseWorkers(builtWorker)]).toEqual([most > 0, false]);
  });
});

/** A program in the worker's place. */
async function standIn(name: string, program: string): Promise<URL> {
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, `import { parentPort } from "node:worker_threads";\n${program}`);
  return pathToFileURL(file);
}

describe("a worker that ends", () => {
  it.each([
    ["without an error", 'parentPort.on("message", () => process.exit(0));', "it exited with code 0"],
    ["of an error", 'parentPort.on("message", () => { throw new Error("no memory"); });', "no memory"],
    ["before it listens", "", "it exited with code 0"],
  ])("%s fails the image that it was given, and the next", async (name, program, reason) => {
    const workers = openWorkers(graph, spec, await standIn(name, program));
    const failure = {
      code: "LTAD_IMAGE",
      message: expect.stringContaining(`a.png: the thread that was to encode it has ended (${reason})`) as string,
    };
    await expect(Promise.all([workers.encode("a.png"), workers.encode("a.png")])).rejects.toMatchObject(failure);
    await expect(workers.encode("a.png")).rejects.toMatchObject(failure);
    await workers.close();
  });

  it("while it has nothing to do ends no more than the next image", async () => {
    const dies =
      'parentPort.on("message", () => { parentPort.postMessage({ arrays: {} }); setTimeout(() => { throw new Error("idle"); }, 10); });';
    const workers = openWorkers(graph, spec, await standIn("idle", dies));
    expect(await workers.encode("a.png")).toEqual({});
    await wait(500);
    await expect(workers.encode("b.png")).rejects.toMatchObject({
      code: "LTAD_IMAGE",
      details: { file: "b.png" },
      message: expect.stringContaining("has ended (idle)") as string,
    });
    await workers.close();
  });
});
