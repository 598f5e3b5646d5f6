import { float32 } from "@ltad/core";
import { loadImage, longTail, type ResizeKernel, scanDataset, type Split } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import { type Detector, loadBundle, openDetector } from "@ltad/detector";
import { encodeFiles } from "@ltad/feature-store";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig } from "./config/resolve-config.js";
import { train } from "./train.js";

// Whole trainings with encoders that the config names: a tiny AlignModel folder for both halves, and a tiny vision transformer as ONNX.

const model = (path: string) => fileURLToPath(new URL(`../../encoder/src/${path}`, import.meta.url));
const align = model("__fixtures__/align");
const vit = model("onnx/__fixtures__/vit");

let folder: string;
let split: Split;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-encoders-"));
  await synthesise(join(folder, "data"), { seed: 1, size: 64, classes: 2, train: 4, good: 1, defects: 1 });
  split = await longTail(await scanDataset(join(folder, "data")), { protocol: "full", seed: 1 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const small = [
  "augment.steps=4",
  "augment.batch=3",
  "augment.width=8",
  "augment.latent=4",
  "mixing.samples=3",
  "detect.steps=5",
  "detect.images=3",
  "detect.tokens=5",
];
const widths = ["reconstruct.width=16", "reconstruct.hidden=16", "semantic.width=8"];

async function training(name: string, sets: readonly string[]) {
  const config = resolveConfig({ sets: [...small, ...widths, ...sets] });
  return train({ split, seed: 3, config, out: join(folder, name), cacheDir: join(folder, "cache"), offline: true });
}

/** The features that training left in the cache under the model's own id. */
async function trainedOn(image: string, detector: Detector): Promise<Float32Array> {
  const before = await readdir(join(folder, "cache"), { recursive: true });
  const store = await encodeFiles([image], await detector.encoder(), { cacheDir: join(folder, "cache") });
  expect(await readdir(join(folder, "cache"), { recursive: true })).toEqual(before);
  return (await store.read(0)).features.data;
}

describe("train with encoders by their names in the config", () => {
  it.each([
    [
      "align",
      [`encoder.image=${align}`, `encoder.text=${align}`, "features.inputSize=77"],
      { grid: 4, channels: 8 + 12 + 28 + 48, zSize: 80, kernel: "linear" },
    ],
    ["vit", [`encoder.image=${vit}`, `encoder.text=${align}`], { grid: 6, channels: 12, zSize: 12, kernel: "cubic" }],
  ] as const)("%s leaves a bundle that names them and predicts", async (name, sets, features) => {
    const { folder: bundle } = await training(name, sets);
    const detector = await openDetector(bundle);
    const image = split.classes[0]!.train[0]!.file;
    const { score, map } = await detector.predict(image);
    const encoded = async (kernel: ResizeKernel) => {
      const { inputSize: size } = detector.manifest.features;
      return (await detector.encode(float32([1, size, size, 3], await loadImage(image, size, { kernel })))).features.data;
    };
    const trained = await trainedOn(image, detector);
    expect(await encoded(features.kernel)).toEqual(trained);
    expect(await encoded("nearest")).not.toEqual(trained);
    await detector.dispose();
    expect(Number.isFinite(score) && map.every(Number.isFinite)).toBe(true);
    expect(detector.manifest).toMatchObject({ encoder: { name }, features, config: { encoder: { text: align } } });
    const history = JSON.parse(await readFile(join(bundle, "history.json"), "utf8")) as { phase1: { loss: number }[] };
    expect(history.phase1.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  });

  it("in the precision that the config says, kept apart in the cache", async () => {
    const sets = [`encoder.image=${align}`, `encoder.text=${align}`, "features.inputSize=77"];
    const bundles = [await training("whole", sets), await training("half", [...sets, "encoder.precision=float16"])];
    const [whole, half] = await Promise.all(
      bundles.map(async ({ folder: bundle }) => {
        const { encoder, graphs, files } = (await loadBundle(bundle)).manifest;
        return { id: encoder.id, bytes: files[graphs.encoder.file]!.bytes };
      }),
    );
    expect(half!.bytes).toBeLessThan(whole!.bytes);
    const cached = await readdir(join(folder, "cache", "features"));
    expect(cached).toEqual(expect.arrayContaining([whole!.id.slice(0, 16), half!.id.slice(0, 16)]));
    expect(half!.id).not.toBe(whole!.id);
  });

  it("names the size that an ONNX encoder takes, before anything is written", async () => {
    await expect(training("wrong", [`encoder.image=${vit}`, `encoder.text=${align}`, "features.inputSize=64"])).rejects.toMatchObject({
      code: "LTAD_CONFIG",
      message: expect.stringContaining("features.inputSize: vit does not accept images of 64 x 64 pixels, expected 24") as string,
    });
    expect(await readdir(folder)).not.toContain("wrong");
  });

  it("names what an encoder may be", async () => {
    await expect(training("unknown", ["encoder.image=resnet50"])).rejects.toThrow("encoder: expected one of efficientnet-b0");
  });
});
