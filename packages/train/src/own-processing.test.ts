import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type WeightFile, float32 } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { loadImage, processImage } from "@ltad/data";
import { type AnyImageEncoder, loadImageEncoder, type OnnxImageEncoder } from "@ltad/encoder";
import { openEfficientNet } from "@ltad/encoder/networks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// A model's own processing from end to end: its config file, its resampling, its middle, its normalisation, as transformers and timm do it.

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(file(path), "utf8"));
const image = file("data/src/__fixtures__/resize/input.png"); // 61 x 47
type Golden = Record<string, { config: object; values: number[] }>;
const golden = (await json("encoder/src/image/__fixtures__/processors.json")) as { transformers: Golden; timm: Golden };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-processing-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A tiny vision transformer of 24 pixels with the preprocessor_config.json of another model. */
async function vitWith(name: string, preprocessor: object): Promise<OnnxImageEncoder> {
  const place = join(folder, name.replaceAll(/\W/g, ""));
  await cp(file("encoder/src/onnx/__fixtures__/vit"), place, { recursive: true });
  await writeFile(join(place, "preprocessor_config.json"), JSON.stringify(preprocessor));
  return (await loadImageEncoder(place)) as OnnxImageEncoder;
}

/** An EfficientNet of zeros with timm's config. */
async function timmWith(pretrained: object): Promise<AnyImageEncoder> {
  const networks = (await json("encoder/src/image/__fixtures__/efficientnet.json")) as {
    name: string;
    tensors: Record<string, number[]>;
  }[];
  const tensors = networks.find(({ name }) => name === "tf_efficientnet_b0")!.tensors;
  const checkpoint: WeightFile = {
    tensors: Object.fromEntries(Object.entries(tensors).map(([name, shape]) => [name, { dtype: "F32", shape }])),
    metadata: {},
    read: async (names) => Object.fromEntries(names.map((name) => [name, float32(tensors[name]!)])),
  };
  return openEfficientNet(checkpoint, {
    source: "x",
    name: "x",
    config: { architecture: "tf_efficientnet_b0", pretrained_cfg: pretrained },
  });
}

/** Every 7th number of [3, S, S] after normalising. */
function normalised(pixels: Float32Array, mean: readonly number[], deviation: readonly number[]): number[] {
  const area = pixels.length / 3;
  const planes = [0, 1, 2].flatMap((c) => Array.from({ length: area }, (_, i) => (pixels[i * 3 + c]! - mean[c]!) / deviation[c]!));
  return planes.filter((_, i) => i % 7 === 0);
}

describe("processImage with an encoder's own processing", () => {
  it.each(Object.entries(golden.transformers))("equals transformers' processor: %s", async (name, { config, values }) => {
    const { processing, manifest } = await vitWith(name, config);
    const found = normalised(await processImage(image, processing), manifest.input.mean, manifest.input.std);
    expectClose(found, values, { rtol: 0, atol: 2e-6 }, name);
  });

  it.each(Object.entries(golden.timm))("equals timm's transform: %s", async (name, { config, values }) => {
    const { mean, std } = config as { mean: number[]; std: number[] };
    const { processing } = await timmWith(config);
    expectClose(normalised(await processImage(image, processing), mean, std), values, { rtol: 0, atol: 2e-6 }, name);
  });

  it("names a middle that is larger than the resized image", async () => {
    await expect(processImage(image, { kernel: "linear", resize: { shorter: 20 }, size: 24, corner: "down" })).rejects.toMatchObject({
      code: "LTAD_CONFIG",
      message: expect.stringContaining("processing.size: expected at most 20, the side after resizing, received 24") as string,
    });
  });
});

describe("loadImage by an encoder's kernel", () => {
  it("is what its processor does, where that squashes, up to sharp's rounding", async () => {
    const { processing } = await vitWith("siglip", golden.transformers["siglip"]!.config);
    expect(processing.kernel).toBe("cubic");
    const own = await processImage(image, processing);
    const mean = (kernel: "cubic" | "linear") =>
      loadImage(image, 24, { kernel }).then((found) => found.reduce((sum, v, i) => sum + Math.abs(v - own[i]!) * 255, 0) / own.length);
    expect(await mean("cubic")).toBeLessThan(0.5);
    expect(await mean("linear")).toBeGreaterThan(1.5);
  });
});
