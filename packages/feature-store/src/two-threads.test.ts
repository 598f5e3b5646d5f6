import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { workerOf } from "./testing/source-worker.js";
import { tinyEncoder } from "./testing/tiny-encoder.js";
import { builtWorker, canUseTwoThreads, openTwoThreads } from "./two-threads.js";

const encoder = tinyEncoder(1);
const image = (file: string) => ({ file, bytes: Uint8Array.of(1, 2, 3) });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-threads-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program in the worker's place. */
const standIn = (name: string, program: string) => workerOf(folder, name, ['import { parentPort } from "node:worker_threads";', program]);

it("two threads are used where their program is built and there are cores for two", async () => {
  expect([canUseTwoThreads(await standIn("there", "")), canUseTwoThreads(builtWorker)]).toEqual([availableParallelism() > 1, false]);
});

it("a worker sets the environment of the process, which ONNX Runtime reads", async () => {
  const name = "LTAD_TEST_SET_BY_WORKER";
  const sets = `parentPort.on("message", () => { process.env.${name} = "1"; parentPort.postMessage({ arrays: {} }); });`;
  const threads = openTwoThreads(encoder, await standIn("environment", sets));
  await threads.encode(image("a.png"));
  expect(process.env[name]).toBe("1");
  delete process.env[name];
  await threads.close();
});

it("an image waits until one of the workers is free, and all are encoded", async () => {
  const onceAtATime =
    'let busy = false; parentPort.on("message", ({ file }) => { if (busy) process.exit(1); busy = true; setTimeout(() => { busy = false; parentPort.postMessage({ arrays: { [file]: 1 } }); }, 5); });';
  const threads = openTwoThreads(encoder, await standIn("once-at-a-time", onceAtATime));
  const files = Array.from({ length: 9 }, (_, i) => `${i}.png`);
  expect(await Promise.all(files.map((file) => threads.encode(image(file))))).toEqual(files.map((file) => ({ [file]: 1 })));
  await threads.close();
});

describe("a worker that ends", () => {
  it.each([
    ["without an error", 'parentPort.on("message", () => process.exit(0));', "it exited with code 0"],
    ["of an error", 'parentPort.on("message", () => { throw new Error("no memory"); });', "no memory"],
    ["before it listens", "", "it exited with code 0"],
  ])("%s fails the image that it was given, and the next", async (name, program, reason) => {
    const threads = openTwoThreads(encoder, await standIn(name, program));
    const failure = {
      code: "LTAD_IMAGE",
      details: { file: "a.png" },
      message: expect.stringContaining(`a.png: the thread that was encoding this image ended (${reason})`) as string,
    };
    await expect(Promise.all([threads.encode(image("a.png")), threads.encode(image("a.png"))])).rejects.toMatchObject(failure);
    await expect(threads.encode(image("a.png"))).rejects.toMatchObject(failure);
    await threads.close();
  });

  it("while it has nothing to do fails the next image only", async () => {
    const dies =
      'parentPort.on("message", () => { parentPort.postMessage({ arrays: {} }); setTimeout(() => { throw new Error("idle"); }, 10); });';
    const threads = openTwoThreads(encoder, await standIn("idle", dies));
    expect(await threads.encode(image("a.png"))).toEqual({});
    await wait(500);
    await expect(threads.encode(image("b.png"))).rejects.toMatchObject({
      code: "LTAD_IMAGE",
      details: { file: "b.png" },
      message: expect.stringContaining("ended (idle)") as string,
    });
    await threads.close();
  });
});
