import { describe, expect, it } from "vitest";
import { knownManifest } from "./known-models.js";

const manifest = (config: unknown, preprocessor?: unknown) => knownManifest("m", config, preprocessor, "m");

describe("knownManifest", () => {
  // Configs as they lie on the hub: what equals transformers' default is left out.
  it.each([
    [
      "dinov2-small",
      { model_type: "dinov2", image_size: 518, patch_size: 14 },
      { crop_size: { height: 224, width: 224 } },
      { size: 224, stride: 14, drop: 1, model: "onnx/model.onnx" },
    ],
    [
      "dinov2 with registers",
      { model_type: "dinov2_with_registers", patch_size: 14, num_register_tokens: 4 },
      undefined,
      { size: 224, stride: 14, drop: 5, model: "onnx/model.onnx" },
    ],
    [
      "dinov3-vits16",
      { model_type: "dinov3_vit", patch_size: 16, num_register_tokens: 4 },
      { size: { height: 224, width: 224 } },
      { size: 224, stride: 16, drop: 5, model: "onnx/model.onnx" },
    ],
    ["vit-base-patch16-224", { model_type: "vit" }, undefined, { size: 224, stride: 16, drop: 1, model: "onnx/model.onnx" }],
    ["deit", { model_type: "deit" }, undefined, { size: 224, stride: 16, drop: 2, model: "onnx/model.onnx" }],
    [
      "clip-vit-base-patch32",
      { model_type: "clip", vision_config: { patch_size: 32 } },
      undefined,
      { size: 224, stride: 32, drop: 1, model: "onnx/vision_model.onnx" },
    ],
    [
      "siglip-base-patch16-224",
      { model_type: "siglip", vision_config: {} },
      undefined,
      { size: 224, stride: 16, drop: 0, model: "onnx/vision_model.onnx" },
    ],
  ])("knows %s", (_, config, preprocessor, { size, stride, drop, model }) => {
    expect(manifest(config, preprocessor)).toMatchObject({
      model,
      input: { size, layout: "NCHW" },
      stages: [{ stride, drop, layout: "tokens" }],
    });
  });

  it("takes mean and deviation from the family, or from the preprocessor's file", () => {
    expect(manifest({ model_type: "vit" }).input).toMatchObject({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
    expect(manifest({ model_type: "vit" }, { image_mean: [0.1, 0.2, 0.3], image_std: [0.4, 0.5, 0.6] }).input).toMatchObject({
      mean: [0.1, 0.2, 0.3],
      std: [0.4, 0.5, 0.6],
    });
  });

  it("takes filter and resizing from the family, or from the preprocessor's file", () => {
    const kernels = ["vit", "dinov3_vit", "dinov2", "deit", "clip", "siglip"].map((model_type) => manifest({ model_type }).input.kernel);
    expect(kernels).toEqual(["linear", "linear", "cubic", "cubic", "cubic", "cubic"]);
    expect(manifest({ model_type: "vit" }, { resample: 0, size: { shortest_edge: 256 }, crop_size: 224 }).input).toMatchObject({
      kernel: "nearest",
      resize: { shorter: 256 },
      size: 224,
    });
  });

  it.each([
    [{}, "model_type: expected one of dinov2, dinov2_with_registers"],
    [{ model_type: "constructor" }, 'received "constructor"'],
    [{ model_type: "vit", patch_size: -1 }, "patch_size"],
  ])("refuses %j", (config, message) => {
    expect(() => manifest(config)).toThrow(
      expect.objectContaining({ code: "LTAD_WEIGHTS", message: expect.stringContaining(message) as string }),
    );
  });
});
