import { LtadError } from "@ltad/core";
import * as z from "zod";
import { imageNetDeviation, imageNetMean } from "../image/efficient-net-plans.js";
import { type ResizeKernel, squashTo } from "../image/image-processing.js";
import { type Preprocessing, readPreprocessing } from "../image/preprocessing.js";
import type { OnnxManifest } from "./onnx-manifest.js";

const clipMean = [0.48145466, 0.4578275, 0.40821073];
const clipDeviation = [0.26862954, 0.26130258, 0.27577711];
const half = [0.5, 0.5, 0.5];

/** How transformers' image models differ: tokens before the patches, the place of the config, and the defaults when there is no preprocessor_config.json. */
interface Family {
  /** How many class and distillation tokens there are; register tokens are added to them. */
  readonly tokens: number;
  /** The patch size in pixels when the config omits it because it is transformers' default. */
  readonly patch: number;
  /** True for the vision encoder of a pair: the model is `onnx/vision_model.onnx`, and its config is under `vision_config`. */
  readonly pair?: boolean;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  readonly kernel: ResizeKernel;
}

const imageNet = { mean: imageNetMean, deviation: imageNetDeviation, kernel: "cubic" } as const;
const halves = { mean: half, deviation: half };
const clip = { mean: clipMean, deviation: clipDeviation, kernel: "cubic" } as const;
const families: Readonly<Record<string, Family>> = {
  dinov2: { tokens: 1, patch: 14, ...imageNet },
  dinov2_with_registers: { tokens: 1, patch: 14, ...imageNet },
  dinov3_vit: { tokens: 1, patch: 16, ...imageNet, kernel: "linear" },
  vit: { tokens: 1, patch: 16, ...halves, kernel: "linear" },
  deit: { tokens: 2, patch: 16, ...imageNet },
  clip: { tokens: 1, patch: 32, pair: true, ...clip },
  clip_vision_model: { tokens: 1, patch: 32, ...clip },
  siglip: { tokens: 0, patch: 16, pair: true, ...halves, kernel: "cubic" },
  siglip_vision_model: { tokens: 0, patch: 16, ...halves, kernel: "cubic" },
};

/** The model types whose manifest (`encoder.json`) follows from their own config. */
export const knownModelTypes = Object.keys(families);

const config = z.looseObject({
  patch_size: z.int().positive().max(256).optional(),
  image_size: z.int().positive().max(16_384).default(224),
  num_register_tokens: z.int().nonnegative().max(256).default(0),
});

/**
 * Derives the manifest of an ONNX export in the layout of `onnx-community` or `optimum`. Its features are the patch tokens of the last layer, without
 * class and register tokens.
 * @param json content of config.json, whose `model_type` is one of {@link knownModelTypes}
 * @param preprocessor content of preprocessor_config.json, where there is one
 * @throws LtadError `LTAD_WEIGHTS` when the model is not one of them
 */
export function knownManifest(name: string, json: unknown, preprocessor: unknown, source: string): OnnxManifest {
  const { model_type: type, vision_config: vision } = (json ?? {}) as { model_type?: unknown; vision_config?: unknown };
  const family = typeof type === "string" && Object.hasOwn(families, type) ? families[type] : undefined;
  if (!family)
    throw new LtadError(
      "LTAD_WEIGHTS",
      `${source}: config.json: model_type: expected one of ${knownModelTypes.join(", ")}, received ${JSON.stringify(type) ?? "nothing"}. Describe the model in an encoder.json next to it (docs/encoders.md).`,
    );
  const parsed = config.safeParse(family.pair ? (vision ?? {}) : json);
  if (!parsed.success) {
    const { path = [], message = "" } = parsed.error.issues[0] ?? {};
    throw new LtadError("LTAD_WEIGHTS", `${source}: config.json: ${path.join(".")}: ${message}.`, { cause: parsed.error });
  }
  const { patch_size: stride = family.patch, image_size, num_register_tokens: registers } = parsed.data;
  const { mean, deviation, kernel } = family;
  const own: Preprocessing = { mean, deviation, processing: { ...squashTo(image_size), kernel } };
  const seen = preprocessor === undefined ? own : readPreprocessing(preprocessor, own, `${source}: preprocessor_config.json`);
  return {
    format: "ltad-onnx-encoder",
    name,
    model: family.pair ? "onnx/vision_model.onnx" : "onnx/model.onnx",
    input: {
      name: "pixel_values",
      layout: "NCHW",
      size: seen.processing.size,
      mean: [...seen.mean],
      std: [...seen.deviation],
      kernel: seen.processing.kernel,
      resize: seen.processing.resize,
    },
    stages: [{ outputs: ["last_hidden_state"], layout: "tokens", stride, drop: family.tokens + registers }],
  };
}
