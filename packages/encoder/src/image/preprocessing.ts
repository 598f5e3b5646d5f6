import { LtadError } from "@ltad/core";
import * as z from "zod";

/** How a model's own processor prepares an image. */
export interface Preprocessing {
  /** Side of the square that reaches the network. */
  readonly size: number;
  /** Of each channel, for RGB in 0..1: the network sees (x - mean) / deviation. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** Its resampling filter, when it names one. */
  readonly kernel?: ResizeKernel;
}

export type ResizeKernel = "nearest" | "lanczos" | "bilinear" | "bicubic" | "box" | "hamming";

/** PIL's numbers. */
const kernels: readonly ResizeKernel[] = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"];

const three = z.union([z.array(z.number()).length(3), z.number().transform((value) => [value, value, value])]);
const side = z.union([
  z.int().positive(),
  z.looseObject({ height: z.int().positive(), width: z.int().positive() }).transform(({ height }) => height),
  z.looseObject({ shortest_edge: z.int().positive() }).transform(({ shortest_edge }) => shortest_edge),
]);

/** What `preprocessor_config.json` of Hugging Face says, as far as it decides numbers. */
const schema = z.looseObject({
  size: side.optional(),
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

/**
 * Reads a `preprocessor_config.json`. Rescaling, the offset to -1..1 and normalising become one mean and one deviation for RGB in 0..1.
 * @param fallback for what the file leaves out
 * @param source its name, for errors
 * @throws LtadError `LTAD_WEIGHTS` naming the field that is not as expected
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
  const range = config.do_rescale ? 255 * config.rescale_factor : 255; // 1 in our 0..1 becomes this
  const offset = config.do_rescale && config.rescale_offset ? 1 : 0;
  const [mean, deviation] = [config.image_mean ?? fallback.mean, config.image_std ?? fallback.deviation];
  const size = (config.do_center_crop === false ? undefined : config.crop_size) ?? config.size ?? fallback.size;
  const kernel = config.resample === undefined ? fallback.kernel : kernels[config.resample];
  return {
    size,
    mean: mean.map((m) => ((config.do_normalize ? m : 0) + offset) / range),
    deviation: deviation.map((d) => ((config.do_normalize ? d : 1) * (config.include_top ? d : 1)) / range),
    ...(kernel && { kernel }),
  };
}
