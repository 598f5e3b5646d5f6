import { LtadError, resizeKernels } from "@ltad/core";
import * as z from "zod";

const size = z.int().positive().max(16_384);
const three = z.array(z.number()).length(3);

/** A path below the manifest's folder. */
const insideFolder = z
  .string()
  .min(1)
  .refine((path) => !/^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)/.test(path), "expected a path inside the folder");

const stage = z.strictObject({
  /** Names of the model's outputs; the stage is their mean. Usually one output, or the layers of a group. */
  outputs: z.array(z.string().min(1)).nonempty(),
  /** tokens: [B, T, C], the rows of the grid one after another, after the dropped tokens; NCHW: [B, C, h, w]; NHWC: [B, h, w, C]. */
  layout: z.enum(["tokens", "NCHW", "NHWC"]),
  /** How many pixels of the input one position of the map spans in each direction. */
  stride: size,
  /** How many tokens at the beginning do not belong to the grid, such as class and register tokens. */
  drop: z.int().nonnegative().max(4096).default(0),
});

const schema = z.strictObject({
  format: z.literal("ltad-onnx-encoder"),
  name: z.string().min(1),
  /** The .onnx file, relative to the manifest's folder. */
  model: insideFolder,
  input: z.strictObject({
    name: z.string().min(1),
    layout: z.enum(["NCHW", "NHWC"]).default("NCHW"),
    /** The side in pixels of the square images it was trained on. */
    size,
    /** Of each channel, for RGB in 0..1: the model sees (x - mean) / std. */
    mean: three,
    std: z.array(z.number().positive()).length(3),
    /** The resampling filter that it was trained with; linear by default. */
    kernel: z.enum(resizeKernels).optional(),
    /** The pixels of the shorter side, or of both sides, before the centre is cropped; both sides have `size` by default. */
    resize: z.union([z.strictObject({ shorter: size }), z.strictObject({ both: size })]).optional(),
  }),
  stages: z.array(stage).nonempty(),
  /** The output [B, C] that is the vector of the image; the mean of the last stage by default. */
  z: z.string().min(1).optional(),
});

/** The content of `encoder.json`: what an ONNX image model expects as input, and what its outputs mean. */
export type OnnxManifest = z.infer<typeof schema>;
export type OnnxStage = OnnxManifest["stages"][number];

/**
 * Checks the content of an `encoder.json`.
 * @throws LtadError `LTAD_WEIGHTS` naming every field that is not valid
 */
export function parseOnnxManifest(json: unknown, source: string): OnnxManifest {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "(top)"}: ${message}`).join("; ");
  throw new LtadError("LTAD_WEIGHTS", `${source}: ${faults}. docs/encoders.md has an example of an encoder.json.`, { cause: parsed.error });
}
