import { LtadError } from "@ltad/core";
import * as z from "zod";
import { type ImageProcessing, type ResizeKernel, squashTo } from "./image-processing.js";

/** How a model's own processor prepares an image. */
export interface Preprocessing {
  /** Of each channel, for RGB in 0..1: the network sees (x - mean) / deviation. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  readonly processing: ImageProcessing;
}

/** Pillow's filters by number: nearest, lanczos, bilinear, bicubic, box and hamming. The last two are replaced by the most similar kernel. */
const kernels: readonly ResizeKernel[] = ["nearest", "lanczos3", "linear", "cubic", "linear", "linear"];

const pixels = z.int().positive();
const three = z.union([z.array(z.number()).length(3), z.number().transform((value) => [value, value, value])]);
const side = z.union([pixels, z.looseObject({ height: pixels, width: pixels }).transform(({ height }) => height)]);
const shorter = z.looseObject({ shortest_edge: pixels }).transform(({ shortest_edge }) => ({ shorter: shortest_edge }));

/** The fields of Hugging Face's `preprocessor_config.json` that affect the result. */
const schema = z.looseObject({
  image_processor_type: z.string().optional(),
  feature_extractor_type: z.string().optional(),
  size: z.union([side, shorter]).optional(),
  crop_size: side.optional(),
  do_center_crop: z.boolean().optional(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z.number().default(1 / 255),
  rescale_offset: z.boolean().default(false),
  do_normalize: z.boolean().default(true),
  image_mean: three.optional(),
  image_std: three.optional(),
  include_top: z.boolean().default(false),
  resample: z.int().min(0).max(5).optional(),
});
type Config = z.infer<typeof schema>;

/**
 * Reads a `preprocessor_config.json`. Rescaling, the offset to -1..1 and normalisation are combined into one mean and one deviation for RGB in 0..1.
 * @param fallback the values of fields that the file omits
 * @param source what errors call the file
 * @throws LtadError `LTAD_WEIGHTS` naming the field that is not valid
 */
export function readPreprocessing(json: unknown, fallback: Preprocessing, source: string): Preprocessing {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const { path = [], message = "" } = parsed.error.issues[0] ?? {};
    throw new LtadError("LTAD_WEIGHTS", `${source}: ${path.join(".")}: ${message}. Expected Hugging Face's preprocessor_config.json.`, {
      cause: parsed.error,
    });
  }
  const config = parsed.data;
  const range = config.do_rescale ? 255 * config.rescale_factor : 255; // the value that the processor gives to white
  const offset = config.do_rescale && config.rescale_offset ? 1 : 0;
  const [mean, deviation] = [config.image_mean ?? fallback.mean, config.image_std ?? fallback.deviation];
  return {
    mean: mean.map((m) => ((config.do_normalize ? m : 0) + offset) / range),
    deviation: deviation.map((d) => ((config.do_normalize ? d : 1) * (config.include_top ? d : 1)) / range),
    processing: processingOf(config, fallback.processing),
  };
}

function processingOf(config: Config, fallback: ImageProcessing): ImageProcessing {
  const resize = resizeOf(config) ?? fallback.resize;
  const crop = config.do_center_crop === false ? undefined : config.crop_size;
  const resized = config.size === undefined ? fallback.size : "both" in resize ? resize.both : resize.shorter;
  const kernel = config.resample === undefined ? fallback.kernel : kernels[config.resample]!;
  return { kernel, resize, size: crop ?? resized, corner: "down" };
}

/** CLIP's processor and similar ones read a bare number as the shorter side; others read it as both sides. */
function resizeOf({ size, ...config }: Config): ImageProcessing["resize"] | undefined {
  if (size === undefined || typeof size === "object") return size;
  const isShorter = /^(CLIP|ChineseCLIP|Bit)/.test(config.image_processor_type ?? config.feature_extractor_type ?? "");
  return isShorter ? { shorter: size } : { both: size };
}

const timmKernels = { nearest: "nearest", bilinear: "linear", bicubic: "cubic", lanczos: "lanczos3" } as const;

/** Uses timm's defaults for fields that are missing or unknown. */
const timmSchema = z.looseObject({
  interpolation: z.enum(["nearest", "bilinear", "bicubic", "lanczos"]).catch("bilinear"),
  crop_pct: z.number().positive().max(1).catch(0.875),
  crop_mode: z.enum(["center", "squash", "border"]).catch("center"),
});

/**
 * Reads timm's evaluation transform from the `pretrained_cfg` of a config.json. Its crop mode "border", which pads, is read as a squash.
 * @param size the side in pixels of the square that the network sees
 */
export function timmProcessing(pretrained: object, size: number): ImageProcessing {
  const { interpolation, crop_pct, crop_mode } = timmSchema.parse(pretrained);
  const resized = Math.floor(size / crop_pct);
  const resize = { center: { shorter: resized }, squash: { both: resized }, border: { both: size } }[crop_mode];
  return { ...squashTo(size), kernel: timmKernels[interpolation], resize, corner: "even" };
}
