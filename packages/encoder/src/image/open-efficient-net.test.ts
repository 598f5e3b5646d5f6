import { readFile } from "node:fs/promises";
import { type WeightFile, float32, floats, type NdArray, openSafetensors, sha256, sizeOf } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { f32, jit, type Tensors } from "@ltad/jit";
import { describe, expect, it } from "vitest";
import { formulaCheckpoint, formulaImage } from "../testing/formula-weights.js";
import { efficientNetShapes } from "./architecture.js";
import { namingStyle } from "./efficient-net-names.js";
import { efficientNetPlan, type EfficientNetVariant, efficientNetVariants } from "./efficient-net-plans.js";
import { huggingFacePlan } from "./hugging-face-plan.js";
import type { ImageEncoder } from "./image-encoder.js";
import { openEfficientNet } from "./open-efficient-net.js";
import { expectedTensors } from "./read-efficient-net.js";

const file = (path: string) => new URL(path, import.meta.url).pathname;
const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(file(path), "utf8"));

/** Stages and z of one batch, compiled. @param image [B, H, W, 3], RGB 0..1 */
async function encode(encoder: ImageEncoder, image: NdArray): Promise<Record<string, NdArray>> {
  const program = await jit(
    (inputs, constants): Tensors => {
      const { stages, z } = encoder.forward(constants.encoder, inputs.image);
      return { z, ...Object.fromEntries(stages.map((x, s) => [`stage${s}`, x])) };
    },
    { image: f32(...(image.shape as [number, number, number, number])) },
    { constants: { encoder: encoder.params }, threads: 1 },
  );
  try {
    return await program.run({ image });
  } finally {
    await program.dispose();
  }
}

interface Golden {
  readonly library: "transformers" | "timm" | "torchvision";
  readonly name: string;
  readonly config: Record<string, unknown> | null;
  readonly height: number;
  readonly width: number;
  /** Every tensor by name and shape, or the SHA-256 over those of the body. */
  readonly tensors?: Record<string, number[]>;
  readonly body?: string;
  readonly stages: readonly { shape: number[]; step: number; largest: number; values: number[] }[];
  readonly z: number[];
}
const goldens = (await json("./__fixtures__/efficientnet.json")) as Golden[];

const stems = { transformers: "embeddings.convolution.weight", timm: "conv_stem.weight", torchvision: "features.0.0.weight" };

/** The tensors that we expect of a network, after their digest was found to be that of the library's own. */
function bodyOf({ library, name, config, body }: Golden): Record<string, readonly number[]> {
  const style = namingStyle({ [stems[library]]: { dtype: "F32", shape: [] } })!;
  const variant = name.slice(-2) as EfficientNetVariant;
  const plan = config ? huggingFacePlan("efficientnet", config, undefined, name).plan : efficientNetPlan(variant);
  const tensors = expectedTensors(plan, style);
  const lines = Object.entries(tensors).map(([key, shape]) => `${key}: [${shape.join(", ")}]`);
  expect(sha256(lines.toSorted().join("\n"))).toBe(body);
  return tensors;
}

describe("EfficientNet in the dialects of PyTorch, full size, weights by formula", () => {
  // Odd sizes, where the three paddings differ. Measured: 3e-6 of the largest value of a stage.
  it.each(goldens.map((golden) => [`${golden.library} ${golden.name} ${golden.height} x ${golden.width}`, golden] as const))(
    "equals %s",
    async (_, golden) => {
      const { library, name, config, height, width, stages, z } = golden;
      const tensors = golden.tensors ?? bodyOf(golden);
      const architecture = library === "timm" ? name : undefined;
      const encoder = await openEfficientNet(formulaCheckpoint(tensors), { source: name, name, config: config ?? undefined, architecture });
      const found = await encode(encoder, formulaImage(height, width));
      for (const [s, stage] of stages.entries()) {
        const { shape, data } = found[`stage${s}`]!;
        expect(shape).toEqual(stage.shape);
        const values = stage.values.map((_value, i) => data[i * stage.step]!);
        expectClose(values, stage.values, { rtol: 0, atol: 3e-5 * stage.largest }, `stage ${s + 1}`);
      }
      expectClose(found["z"]!.data.slice(0, z.length), z, { rtol: 0, atol: 3e-5 * largest(z) }, "z");
    },
    180_000,
  );
});

describe("a folder of transformers' AlignModel", async () => {
  const folder = "../__fixtures__/align";
  const checkpoint = await openSafetensors(file(`${folder}/model.safetensors`));
  const io = await (
    await openSafetensors(file(`${folder}/io.safetensors`))
  ).read([
    "pixel_values",
    ...Array.from({ length: 17 }, (_, i) => `image.hidden.${i}`),
    "image.pooler_output",
    "odd.pixel_values",
    ...Array.from({ length: 7 }, (_, i) => `odd.stage.${i}`),
    "odd.pooler_output",
  ]);
  const encoder = await openEfficientNet(checkpoint, { source: "tiny", name: "align-tiny", config: await json(`${folder}/config.json`) });

  /** [B, C, H, W] -> [B, H, W, C]; pixels in -1..1 become 0..1. */
  const last = (name: string, scale = (value: number) => value) => {
    const { shape, data } = io[name]!;
    const [b, c, h, w] = shape as [number, number, number, number];
    const out = float32([b, h, w, c]);
    for (let i = 0; i < data.length; i++) {
      const [n, y, x, k] = [Math.floor(i / (h * w * c)), Math.floor(i / (w * c)) % h, Math.floor(i / c) % w, i % c];
      out.data[i] = scale(data[((n * c + k) * h + y) * w + x]!);
    }
    return out;
  };
  const pixel = (value: number) => (value + 1) / 2;

  it("gives the golden's stages and image features", async () => {
    const found = await encode(encoder, last("pixel_values", pixel));
    for (const [s, hidden] of [1, 3, 5, 8, 11, 15, 16].entries()) {
      const expected = last(`image.hidden.${hidden}`);
      expect(found[`stage${s}`]!.shape).toEqual(expected.shape);
      expectClose(found[`stage${s}`]!.data, expected.data, { rtol: 0, atol: 4e-5 * largest(expected.data) }, `stage ${s + 1}`);
    }
    expectClose(found["z"]!.data, io["image.pooler_output"]!.data, { rtol: 0, atol: 4e-5 * largest(io["image.pooler_output"]!.data) }, "z");
  });

  it("gives the golden's stages at an odd size, where the padding is not SAME", async () => {
    const found = await encode(encoder, last("odd.pixel_values", pixel));
    for (let s = 0; s < 7; s++) {
      const expected = last(`odd.stage.${s}`);
      expect(found[`stage${s}`]!.shape).toEqual(expected.shape);
      expectClose(found[`stage${s}`]!.data, expected.data, { rtol: 0, atol: 4e-5 * largest(expected.data) }, `stage ${s + 1}`);
    }
    expectClose(found["z"]!.data, io["odd.pooler_output"]!.data, { rtol: 0, atol: 4e-5 * largest(io["odd.pooler_output"]!.data) }, "z");
  });

  it("keeps its text tower and temperature out of the image encoder", () => {
    expect(Object.keys(encoder.params)).toEqual(["stem", "stages"]);
  });

  const changed = (name: string, change: (array: NdArray) => NdArray | undefined): WeightFile => ({
    ...checkpoint,
    tensors: Object.fromEntries(
      Object.entries(checkpoint.tensors).flatMap(([key, info]) => {
        if (key !== name) return [[key, info] as const];
        const array = change({ dtype: "float32", shape: info.shape, data: new Float32Array(sizeOf(info.shape)) });
        return array ? [[key, { ...info, shape: array.shape }] as const] : [];
      }),
    ),
    read: async (names) => {
      const arrays = await checkpoint.read(names);
      return Object.fromEntries(Object.entries(arrays).map(([key, array]) => [key, key === name ? change(array)! : array]));
    },
  });
  const config = await json(`${folder}/config.json`);
  const open = (from: WeightFile) => openEfficientNet(from, { source: "tiny", name: "x", config });
  const projection = "vision_model.encoder.blocks.3.projection.project_conv.weight";

  it.each<[string, WeightFile, string]>([
    [
      "another shape",
      changed(projection, (array) => ({ ...array, shape: [12, 24, 2, 1] })),
      `tiny: ${projection}: expected [12, 48, 1, 1], received [12, 24, 2, 1]`,
    ],
    ["a missing tensor", changed(projection, () => undefined), `tiny: ${projection}: expected [12, 48, 1, 1], received nothing`],
    [
      "a number that is none",
      changed(projection, (array) => ({ ...array, data: floats(array, "w").map((value, i) => (i === 5 ? NaN : value)) })),
      `tiny: ${projection}: element 5 is NaN`,
    ],
    [
      "a negative variance",
      changed("vision_model.encoder.blocks.3.projection.project_bn.running_var", (array) => ({
        ...array,
        data: floats(array, "v").map(() => -1),
      })),
      "project_bn: the running variance of channel 0 is -1",
    ],
  ])("is refused for %s, by the checkpoint's own name", async (_, from, message) => {
    await expect(open(from)).rejects.toMatchObject({ code: "LTAD_WEIGHTS", message: expect.stringContaining(message) as string });
  });

  it("is refused for a block that the config has not, and a config of another size", async () => {
    const extra = {
      ...checkpoint,
      tensors: { ...checkpoint.tensors, "vision_model.encoder.blocks.16.x": { dtype: "F32", shape: [2, 3] } },
    };
    await expect(open(extra)).rejects.toThrow("tiny: vision_model.encoder.blocks.16.x: expected no such tensor, received [2, 3]");
    const wide = { model_type: "align", vision_config: { ...(config as { vision_config: object }).vision_config, width_coefficient: 0.5 } };
    await expect(openEfficientNet(checkpoint, { source: "tiny", name: "x", config: wide })).rejects.toThrow(
      "tiny: vision_model.embeddings.convolution.weight: expected [16, 3, 3, 3], received [8, 3, 3, 3]",
    );
  });
});

describe("which EfficientNet", () => {
  const tensorsOf = (name: string) => goldens.find((golden) => golden.name === name)!.tensors!;

  it("is told by the tensors where nobody says it", async () => {
    const { stages, inputSize } = await openEfficientNet(formulaCheckpoint(tensorsOf("efficientnet_b4")), { source: "x", name: "x" });
    expect([inputSize, stages.map(({ channels }) => channels)]).toEqual([380, [24, 32, 56, 112, 160, 272, 448]]);
  });

  it("is told by timm's config.json, with its normalisation and size", async () => {
    const config = {
      architecture: "tf_efficientnet_b0",
      pretrained_cfg: { mean: [0.5, 0.4, 0.3], std: [0.1, 0.2, 0.3], input_size: [3, 320, 320], interpolation: "bicubic", crop_pct: 0.9 },
    };
    const checkpoint = formulaCheckpoint(tensorsOf("tf_efficientnet_b0"));
    const [plain, other] = [{}, { config }].map((more) => openEfficientNet(checkpoint, { source: "x", name: "x", ...more }));
    expect((await other!).inputSize).toBe(320);
    expect((await other!).processing).toEqual({ kernel: "cubic", resize: { shorter: 355 }, size: 320, corner: "even" });
    expect((await plain!).processing).toEqual({ kernel: "linear", resize: { both: 224 }, size: 224, corner: "down" });
    expect((await other!).id).not.toBe((await plain!).id);
  });

  it("names the first tensor that another variant than the given one has", async () => {
    const wrong = openEfficientNet(formulaCheckpoint(tensorsOf("efficientnet_b4")), {
      source: "w",
      name: "w",
      architecture: "efficientnet_b3",
    });
    await expect(wrong).rejects.toThrow("w: conv_stem.weight: expected [40, 3, 3, 3], received [48, 3, 3, 3]");
    const none = openEfficientNet(formulaCheckpoint(tensorsOf("efficientnet_b4")), {
      source: "w",
      name: "w",
      architecture: "efficientnet_lite0",
    });
    await expect(none).rejects.toThrow("w: architecture: expected efficientnet_b0 to efficientnet_b7");
    const foreign = openEfficientNet(formulaCheckpoint({ "encoder.weight": [2] }), { source: "w", name: "w" });
    await expect(foreign).rejects.toThrow("found encoder.weight");
    const bare = openEfficientNet(formulaCheckpoint(tensorsOf("efficientnet")), { source: "w", name: "w" });
    await expect(bare).rejects.toThrow("its config.json must be in the same folder");
  });
});

describe("B0 to B7", async () => {
  interface Table {
    usual_image_size: number;
    align_vision_parameters: number;
    stem: { channels: number };
    stages: { channels_out: number; kernel: number; stride: number; expand_ratio: number; repeats: number }[];
    width_coefficient: number;
    depth_coefficient: number;
  }
  const table = ((await json("../__fixtures__/align/full-config.json")) as { efficientnet: Record<string, Table> }).efficientnet;

  it.each(efficientNetVariants)("%s has the stages and parameters of transformers' table", (variant) => {
    const { stem, stages, align_vision_parameters, usual_image_size, width_coefficient, depth_coefficient } = table[variant]!;
    const plan = efficientNetPlan(variant);
    expect(plan.inputSize).toBe(usual_image_size);
    expect(plan.stem).toBe(stem.channels);
    expect(plan.stages).toEqual(
      stages.map((s) => ({ kernel: s.kernel, stride: s.stride, expansion: s.expand_ratio, channels: s.channels_out, blocks: s.repeats })),
    );
    const shapes = Object.entries(efficientNetShapes(plan));
    const size = shapes.reduce((sum, [, shape]) => sum + sizeOf(shape), 0);
    const norms = shapes
      .filter(([name]) => name.endsWith(".bias") && !/squeeze|excite/.test(name))
      .reduce((sum, [, shape]) => sum + sizeOf(shape), 0);
    expect(size + norms).toBe(align_vision_parameters); // a norm has scale and shift where the folded layer has a bias
    const config = { width_coefficient, depth_coefficient };
    expect(huggingFacePlan("efficientnet", config, undefined, "x").plan.stages).toEqual(plan.stages);
  });
});
