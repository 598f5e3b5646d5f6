import { z } from "zod";

const milliseconds = z.record(z.string(), z.number()).describe("milliseconds by part");

const mapSchema = z.object({
  width: z.int(),
  height: z.int(),
  data: z.array(z.number()).describe("row-major"),
});

export const predictionSchema = z.object({
  score: z.number().describe("higher is more anomalous; comparable within one model"),
  class: z.string(),
  class_given: z.boolean().describe("false: the model chose the class"),
  width: z.int().describe("size of the image in its upright orientation"),
  height: z.int(),
  map: mapSchema.optional(),
  heatmap: z.string().optional().describe("the overlay, a PNG in base64"),
  timing: milliseconds,
});

export const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

const flag = z.enum(["true", "false"]);

/** Options of POST /predict, in the query or as fields of the form. */
export const predictOptionsSchema = z.strictObject({
  class: z.string().max(256).optional().describe("class of the image; predicted if omitted"),
  heatmap: flag.optional().describe("true: include the overlay, in base64"),
  map: z.enum(["grid", "image"]).optional().describe("include the anomaly map, on the model's grid or at the size of the image"),
});
export type PredictOptions = z.infer<typeof predictOptionsSchema>;

// Open Inference Protocol, version 2.

const tensorData = z.array(z.union([z.number(), z.string(), z.boolean()]));
const parameters = z.record(z.string(), z.unknown());

export const inferRequestSchema = z.object({
  id: z.string().max(256).optional(),
  parameters: z
    .looseObject({
      class: z.string().max(256).optional().describe("class of the image; predicted if omitted"),
      map_size: z.enum(["grid", "image"]).optional().describe("size of the output map; default: grid"),
    })
    .optional(),
  inputs: z
    .array(
      z.object({
        name: z.literal("image"),
        shape: z.array(z.int()).max(4),
        datatype: z.literal("BYTES"),
        parameters: parameters.optional(),
        data: z.array(z.string()).describe("one image file, in base64"),
      }),
    )
    .length(1),
  outputs: z.array(z.object({ name: z.enum(["score", "class", "class_given", "map"]), parameters: parameters.optional() })).optional(),
});
export type InferRequest = z.infer<typeof inferRequestSchema>;

export const inferResponseSchema = z.object({
  id: z.string().optional(),
  model_name: z.string(),
  model_version: z.string(),
  outputs: z.array(z.object({ name: z.string(), shape: z.array(z.int()), datatype: z.string(), data: tensorData })),
});
export type InferResponse = z.infer<typeof inferResponseSchema>;

const tensorMetadata = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.int()).describe("-1: any") });

export const modelMetadataSchema = z.object({
  name: z.string(),
  versions: z.array(z.string()),
  platform: z.string(),
  inputs: z.array(tensorMetadata),
  outputs: z.array(tensorMetadata),
  parameters: z.object({
    classes: z.array(z.string()),
    preset: z.string(),
    producer: z.string(),
    encoder: z.string(),
    input_size: z.int(),
    grid: z.int(),
  }),
});
export type ModelMetadata = z.infer<typeof modelMetadataSchema>;

export const serverMetadataSchema = z.object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) });
export const liveSchema = z.object({ live: z.boolean() });
export const readySchema = z.object({ ready: z.boolean() });
export const modelReadySchema = z.object({ name: z.string(), ready: z.boolean() });
/** Errors of the protocol are one string: `CODE: message`. */
export const protocolErrorSchema = z.object({ error: z.string() });
