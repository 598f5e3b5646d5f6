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
  /** Outputs of the model of which this stage is the mean: one, or the layers of a group. */
  outputs: z.array(z.string().min(1)).nonempty(),
  /** tokens: [B, T, C], row by row of the grid behind the dropped ones; NCHW: [B, C, h, w]; NHWC: [B, h, w, C]. */
  layout: z.enum(["tokens", "NCHW", "NHWC"]),
  /** Pixels of the input to one place of the map. */
  stride: size,
  /** Tokens in front that do not belong to the grid: class and register tokens. */
  drop: z.int().nonnegative().max(4096).default(0),
});

const schema = z.strictObject({
  format: z.literal("ltad-onnx-encoder"),
  name: z.string().min(1),
  /** The .onnx file, from the manifest's folder. */
  model: insideFolder,
  input: z.strictObject({
    name: z.string().min(1),
    layout: z.enum(["NCHW", "NHWC"]).default("NCHW"),
    /** The square size it was trained at. */
    size,
    /** Of each channel, for RGB in 0..1: the model sees (x - mean) / std. */
    mean: three,
    std: z.array(z.number().positive()).length(3),
    /** Resampling filter of what it was trained with; linear when left out. */
    kernel: z.enum(resizeKernels).optional(),
    /** Pixels before the middle is cut out, of the shorter side or of both; the size when left out. */
    resize: z.union([z.strictObject({ shorter: size }), z.strictObject({ both: size })]).optional(),
  }),
  stages: z.array(stage).nonempty(),
  /** Output [B, C] that is the image's vector; the mean of the last stage when left out. */
  z: z.string().min(1).optional(),
});

/** `encoder.json`: how an ONNX image model is fed and what its outputs mean. */
export type OnnxManifest = z.infer<typeof schema>;
export type OnnxStage = OnnxManifest["stages"][number];

/**
 * Checks the content of an `encoder.json`.
 * @throws LtadError `LTAD_WEIGHTS` naming every field that is not as expected
 */
export function parseOnnxManifest(json: unknown, source: string): OnnxManifest {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "(top)"}: ${message}`).join("; ");
  throw new LtadError("LTAD_WEIGHTS", `${source}: ${faults}. docs/encoders.md has an example of an encoder.json.`, { cause: parsed.error });
}
