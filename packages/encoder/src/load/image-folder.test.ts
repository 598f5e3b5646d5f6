import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeSafetensors, float32, type NdArray } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { openProgram } from "@ltad/runtime";
import { describe, expect, it } from "vitest";
import { imageGraph } from "../image/image-graph.js";
import type { OnnxImageEncoder } from "../onnx/onnx-image-encoder.js";
import { checkImageSize } from "../onnx/onnx-image-encoder.js";
import { fixture, jsonFixture } from "../testing/fixtures.js";
import { formulaImage, formulaTensor } from "../testing/formula-weights.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { openFolder } from "@ltad/hub";
import { type AnyImageEncoder, openImageFolder } from "./image-folder.js";

const open = async (path: string, architecture?: string) => openImageFolder(await openFolder(path), { architecture });

/** All stages and z, through the very graph that a bundle would hold. */
async function run(encoder: AnyImageEncoder, image: NdArray): Promise<Record<string, NdArray>> {
  const program = await openProgram(
    imageGraph(encoder, image.shape[1]!, ({ stages, z }) => ({
      z: z.add(0),
      ...Object.fromEntries(stages.map((x, s) => [`stage${s + 1}`, x.add(0)])),
    })),
  );
  try {
    return await program.run({ image });
  } finally {
    await program.dispose();
  }
}

type Numbers = Record<"last_hidden_state" | "layer_1" | "pooler_output", { shape: number[]; data: number[] }>;
const vit = fixture("onnx/__fixtures__/vit");

describe("a vision transformer in the layout of Hugging Face, as ONNX", async () => {
  const golden = await jsonFixture<Numbers>("onnx/__fixtures__/vit/golden.json");
  const patches = (name: "last_hidden_state" | "layer_1") => golden[name].data.slice((1 + 3) * 12); // behind the class and three register tokens

  it("gives transformers' patch tokens as a map, and their mean as z", async () => {
    const encoder = await open(vit);
    expect(encoder).toMatchObject({ name: "vit", inputSize: 24, zSize: 12, stages: [{ stage: 1, channels: 12, stride: 4 }] });
    expect(encoder.processing).toEqual({ kernel: "cubic", resize: { shorter: 27 }, size: 24, corner: "down" });
    const { stage1, z } = await run(encoder, formulaImage(24, 24));
    expect(stage1!.shape).toEqual([1, 6, 6, 12]);
    expectClose(stage1!.data, patches("last_hidden_state"), { rtol: 0, atol: 1e-5 * largest(golden.last_hidden_state.data) }, "stage 1");
    const mean = Array.from(
      { length: 12 },
      (_, c) =>
        patches("last_hidden_state")
          .filter((_value, i) => i % 12 === c)
          .reduce((a, b) => a + b, 0) / 36,
    );
    expectClose(z!.data, mean, { rtol: 0, atol: 1e-5 * largest(mean) }, "z");
  });

  it("averages the layers of a group, and takes z from an output, by an encoder.json", async () => {
    const folder = await temporaryFolder();
    await cp(join(vit, "onnx/model.onnx"), join(folder, "vit.onnx"));
    const manifest = {
      format: "ltad-onnx-encoder",
      name: "grouped",
      model: "vit.onnx",
      input: { name: "pixel_values", size: 24, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
      stages: [
        { outputs: ["layer_1"], layout: "tokens", stride: 4, drop: 4 },
        { outputs: ["layer_1", "last_hidden_state"], layout: "tokens", stride: 4, drop: 4 },
      ],
      z: "pooler_output",
    };
    await writeFile(join(folder, "encoder.json"), JSON.stringify(manifest));
    const encoder = await open(folder);
    expect(encoder.processing).toEqual({ kernel: "linear", resize: { both: 24 }, size: 24, corner: "down" });
    const found = await run(encoder, formulaImage(24, 24));
    const both = patches("layer_1").map((value, i) => (value + patches("last_hidden_state")[i]!) / 2);
    expectClose(found["stage1"]!.data, patches("layer_1"), { rtol: 0, atol: 1e-5 * largest(golden.layer_1.data) }, "stage 1");
    expectClose(found["stage2"]!.data, both, { rtol: 0, atol: 1e-5 * largest(both) }, "stage 2");
    expectClose(found["z"]!.data, golden.pooler_output.data, { rtol: 0, atol: 1e-5 * largest(golden.pooler_output.data) }, "z");
    await expect(open(join(folder, "vit.onnx"))).rejects.toThrow("vit.onnx needs an encoder.json next to it");

    const changed = async (change: object) => {
      await writeFile(join(folder, "encoder.json"), JSON.stringify({ ...manifest, ...change }));
      return open(folder);
    };
    const other = await changed({ input: { ...manifest.input, kernel: "lanczos3", resize: { shorter: 30 } } });
    expect(other.processing).toEqual({ kernel: "lanczos3", resize: { shorter: 30 }, size: 24, corner: "down" });
    expect(other.id).not.toBe(encoder.id);
    await expect(changed({ input: { ...manifest.input, kernel: "bicubic" } })).rejects.toThrow("encoder.json: input.kernel: ");
    const one = manifest.stages[0]!;
    await expect(changed({ stages: [{ ...one, drop: 1 }] })).rejects.toThrow(
      "layer_1: expected float32 [1, 1 + 6 * 6, channels] at 24 pixels, received float32 [1, 40, 12]. Check stride, layout and drop",
    );
    await expect(changed({ stages: [{ ...one, outputs: ["layer_7"] }] })).rejects.toThrow(
      "expected one of last_hidden_state, layer_1, pooler_output, received layer_7",
    );
    await expect(changed({ input: { ...manifest.input, name: "image" } })).rejects.toThrow("received image; it has pixel_values");
    await expect(changed({ z: "layer_1" })).rejects.toThrow("layer_1: expected [1, channels] for z, received [1, 40, 12]");
    await expect(changed({ model: "../vit.onnx" })).rejects.toThrow("model: expected a path inside the folder");
    await expect(changed({ model: "other.onnx" })).rejects.toThrow("other.onnx cannot be read");
    await expect(changed({ extra: 1, stages: [] })).rejects.toThrow(/encoder\.json: stages: .*; \(top\): .*extra/);
  });

  it("takes each batch, and no size that the model was not exported for", async () => {
    const encoder = (await open(vit)) as OnnxImageEncoder;
    const two = float32([2, 24, 24, 3], [...formulaImage(24, 24).data, ...formulaImage(24, 24).data.map((x) => 1 - x)]);
    const { stage1 } = await run(encoder, two);
    expect(stage1!.shape).toEqual([2, 6, 6, 12]);
    expectClose(stage1!.data.slice(0, 432), patches("last_hidden_state"), { rtol: 0, atol: 1e-5 * largest(golden.last_hidden_state.data) });
    expect(stage1!.data.slice(432)).not.toEqual(stage1!.data.slice(0, 432));
    await expect(checkImageSize(encoder, 24)).resolves.toBeUndefined();
    await expect(checkImageSize(encoder, 32)).rejects.toMatchObject({
      code: "LTAD_CONFIG",
      message: expect.stringContaining("features.inputSize: vit does not accept images of 32 x 32 pixels, expected 24.") as string,
    });
  });

  it("is refused when it is cut off, or is no ONNX file", async () => {
    const folder = await temporaryFolder();
    await cp(vit, folder, { recursive: true });
    const bytes = await readFile(join(vit, "onnx/model.onnx"));
    for (const content of [bytes.subarray(0, 1000), bytes.subarray(0, -1), Buffer.from("<html>"), Buffer.alloc(0)]) {
      await writeFile(join(folder, "onnx/model.onnx"), content);
      await expect(open(folder)).rejects.toMatchObject({
        code: "LTAD_WEIGHTS",
        message: expect.stringContaining("onnx/model.onnx") as string,
      });
    }
  });
});

describe("an EfficientNet", async () => {
  const goldens = await jsonFixture<{ name: string; tensors: Record<string, number[]>; stages: { shape: number[] }[] }[]>(
    "image/__fixtures__/efficientnet.json",
  );
  const b0 = goldens.find(({ name }) => name === "tf_efficientnet_b0")!.tensors;

  it("opens from a folder and from a single file, with timm's own description", async () => {
    const folder = await temporaryFolder();
    const tensors = Object.entries(b0).map(
      ([name, shape]) => [name, name.endsWith("tracked") ? float32([], [0]) : formulaTensor(name, shape)] as const,
    );
    await writeFile(join(folder, "efficientnet_b0.safetensors"), encodeSafetensors(Object.fromEntries(tensors)));
    const file = await open(join(folder, "efficientnet_b0.safetensors"));
    expect(file).toMatchObject({ name: "efficientnet_b0", inputSize: 224, zSize: 320 });
    await writeFile(
      join(folder, "config.json"),
      JSON.stringify({ architecture: "efficientnet_b0", pretrained_cfg: { input_size: [3, 320, 320] } }),
    );
    expect(await open(folder)).toMatchObject({ inputSize: 320 });
    await expect(open(folder, "efficientnet_b1")).rejects.toThrow("blocks.0.1.conv_dw.weight: expected [16, 1, 3, 3], received nothing");
  });

  it("opens from the folder of an AlignModel", async () => {
    expect(await open(fixture("__fixtures__/align"))).toMatchObject({ name: "align", inputSize: 72, zSize: 80 });
  });
});

describe("a folder without what is needed", () => {
  it.each<[string, Record<string, string>, string]>([
    ["is empty", {}, "expected model.safetensors, found nothing"],
    [
      "has a pickle only",
      { "pytorch_model.bin": "" },
      "found only pytorch_model.bin, a pickle, which is never read because it can run code. Look for a copy of the model with safetensors, or save it in this format",
    ],
    ["has a Keras file only", { "tf_model.h5": "" }, "found only tf_model.h5, a Keras file"],
    ["has a broken config", { "config.json": "{", "model.safetensors": "" }, "config.json is not JSON"],
    [
      "is a vision transformer without its ONNX export",
      { "config.json": '{"model_type":"vit","patch_size":16}', "model.safetensors": "" },
      "Vision transformers are read as ONNX",
    ],
    [
      "is a TF.js model with weights elsewhere",
      { "model.json": '{"modelTopology":{"node":[]},"weightsManifest":[{"paths":["../x.bin"],"weights":[]}]}' },
      "expected its weights in the same folder",
    ],
    [
      "is a TF.js model of layers",
      { "model.json": '{"format":"layers-model","modelTopology":{},"weightsManifest":[]}' },
      "model.json: expected a TF.js graph model, found a layers-model. Convert it",
    ],
  ])("%s", async (_, files, message) => {
    const folder = await temporaryFolder();
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    await expect(open(folder)).rejects.toMatchObject({ code: "LTAD_WEIGHTS", message: expect.stringContaining(message) as string });
  });

  it("is not there", async () => {
    await expect(open("./no/such/folder")).rejects.toMatchObject({ code: "LTAD_DATA" });
    const folder = await temporaryFolder();
    await mkdir(join(folder, "sub"));
    await expect(open(join(folder, "sub", "x.safetensors"))).rejects.toMatchObject({ code: "LTAD_DATA" });
  });
});
