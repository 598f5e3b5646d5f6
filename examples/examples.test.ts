import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { scanDataset } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import { writeBundle } from "@ltad/detector";
import { tinyParts } from "@ltad/detector/testing";
import { loadImageEncoder, loadTextEncoder } from "@ltad/encoder";
import { orOffline, testCacheDir } from "@ltad/encoder/testing";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";

// Each program runs in a process of its own, on the sources, as `npx tsx PROGRAM` runs it where ltad is installed.

const cacheDir = testCacheDir(process.env);
const weights = await orOffline(
  Promise.all([loadImageEncoder("efficientnet-b0", { cacheDir }), loadTextEncoder("use-lite", { cacheDir })]),
);
const program = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const onSources = ["--conditions=@ltad/source", "--import", import.meta.resolve("tsx")];

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-examples-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(name: string, args: readonly string[]): Promise<string[]> {
  const env = { ...process.env, LTAD_CACHE_DIR: cacheDir };
  const { stdout } = await promisify(execFile)(process.execPath, [...onSources, program(name), ...args], { cwd: folder, env });
  return stdout.trimEnd().split("\n");
}

async function writeImage(path: string): Promise<string> {
  await sharp({ create: { width: 40, height: 30, channels: 3, background: "#c84" } })
    .png()
    .toFile(path);
  return path;
}

it.skipIf(!weights)(
  "train-and-predict",
  async () => {
    const data = join(folder, "data");
    await synthesise(data, { seed: 1, size: 64, classes: 2, train: 6, good: 2, defects: 1 });
    const image = (await scanDataset(data)).classes[0]!.test[0]!.file;
    const layout = ["features.inputSize=64", "features.stages=[2,3]"];
    const lines = await run("train-and-predict.ts", [
      data,
      join(folder, "model"),
      image,
      ...layout,
      "augment.steps=3",
      "detect.steps=3",
      "detect.images=4",
    ]);
    expect(lines[0]).toMatch(/, score -?\d+\.\d{3}, most anomalous at x \d+, y \d+ of 64 x 64$/);
    expect(lines[1]).toMatch(/^image AUROC [01]\.\d{3}, pixel AUROC [01]\.\d{3}, mean over all classes$/);
    expect(existsSync(join(folder, "model/report.html"))).toBe(true);
  },
  120_000,
);

it("serve-and-call", async () => {
  await writeBundle(join(folder, "served"), tinyParts());
  const image = await writeImage(join(folder, "photo.png"));
  const lines = await run("serve-and-call.ts", [join(folder, "served"), image]);
  expect(lines).toEqual([expect.stringMatching(/^200: (tile|nut), score \d+\.\d{3}$/), "overlay: image/png, not empty"]);
});

it("any-detectors-metrics", async () => {
  expect(await run("any-detectors-metrics.ts", [])).toEqual([
    "image AUROC 0.833, AP 0.833, F1-max 0.800",
    expect.stringMatching(/^pixel AUROC 1\.000, AUPRO@0\.3 [01]\.\d{3}$/),
  ]);
});

it("own-model-with-jit", async () => {
  const file = join(folder, "ring.onnx");
  expect(await run("own-model-with-jit.ts", [file])).toEqual(["loss after 400 steps: below 0.1", "inside, outside, inside"]);
  expect(existsSync(file)).toBe(true);
});

it("watch-a-folder", async () => {
  const [model, camera] = [join(folder, "watching"), join(folder, "camera")];
  await writeBundle(model, tinyParts());
  await mkdir(camera);
  const child = spawn(process.execPath, [...onSources, program("watch-a-folder.ts"), model, camera]);
  try {
    const [remarks, results] = [createInterface(child.stderr), createInterface(child.stdout)].map((lines) => lines[Symbol.asyncIterator]());
    expect((await remarks!.next()).value).toBe(`watching ${camera}`);
    await rename(await writeImage(join(folder, "new.png")), join(camera, "a.png"));
    expect(JSON.parse((await results!.next()).value as string)).toMatchObject({ name: "a.png", score: expect.any(Number) as number });
    child.kill("SIGINT");
    expect(await new Promise((resolve) => child.once("exit", (code) => resolve(code)))).toBe(0);
  } finally {
    child.kill("SIGKILL");
  }
});

it.each([
  ["mnist-convnet.ts", "digits read: more than 190 of 200"],
  ["vae.ts", "loss after 400 steps: less than half of the first"],
  ["date-attention.ts", "letters of new dates: more than 1900 of 2000 right"],
])("%s, from the examples of TensorFlow.js", async (file, line) => {
  expect(await run(file, [])).toEqual([line]);
});
