import { z } from "zod";

const milliseconds = z.record(z.string(), z.number()).describe("milliseconds by part");

const mapSchema = z.object({
  width: z.int(),
  height: z.int(),
  data: z.union([z.array(z.number()), z.string()]).describe("row-major numbers; in base64: a 16-bit PNG, or float32 little-endian"),
  low: z.number().optional().describe("of a PNG: value = low + (high - low) * grey / 65535"),
  high: z.number().optional(),
});

export const predictionSchema = z.object({
  score: z.number().describe("higher is more anomalous; comparable within one model"),
  is_anomalous: z.boolean().optional().describe("the decision; only from a model that has limits"),
  threshold: z.number().optional().describe("the limit of this class: a higher score is anomalous"),
  p_value: z.number().optional().describe("share of good images with at least this score"),
  basis: z
    .enum(["promised", "estimated", "set"])
    .optional()
    .describe("what the limit is based on: good images of the class, those of all classes because it has too few, or a value set by hand"),
  unlike_class: z.boolean().optional().describe("true: the image does not look like its class, and is anomalous whatever its score"),
  nearest_class: z.string().optional().describe("of an anomalous image: the class that it is nearest to, if that is another one"),
  class: z.string(),
  class_given: z.boolean().describe("false: the model chose the class"),
  width: z.int().describe("size of the image in its upright orientation"),
  height: z.int(),
  map: mapSchema.optional(),
  map_rec: mapSchema.optional().describe("S_rec, the part of the map that says how badly a place is reconstructed"),
  map_sem: mapSchema.optional().describe("S_sem, the part that says how close a place is to the words for a broken product"),
  heatmap: z.string().optional().describe("the overlay, a PNG in base64"),
  model: z.string(),
  model_version: z.string(),
  timing: milliseconds,
});

export const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

const flag = z.enum(["true", "false"]);

/** Options of POST /predict, in the query or as fields of the form. */
export const predictOptionsSchema = z.strictObject({
  class: z.string().max(256).optional().describe("class of the image; predicted if omitted"),
  false_alarm_rate: z.coerce
    .number("expected a share above 0 and below 1")
    .gt(0)
    .lt(1)
    .optional()
    .describe("share of good images that may be judged anomalous; that of the server or the model if omitted"),
  heatmap: flag.optional().describe("true: include the overlay, in base64"),
  map: z.enum(["grid", "image"]).optional().describe("include the anomaly map, on the model's grid or at the size of the image"),
  parts: flag.optional().describe("true: include map_rec and map_sem, the parts of the map, in its size and format"),
  map_format: z
    .enum(["numbers", "png", "float32"])
    .optional()
    .describe("how the map is written: JSON numbers (default), or in base64 a 16-bit grey PNG or float32 bytes"),
  answer: z
    .enum(["json", "overlay", "map", "map_rec", "map_sem"])
    .optional()
    .describe("what the response is: JSON (default), the overlay as PNG, or the map or a part of it as 16-bit PNG"),
  model: z.string().max(100).optional().describe("name of the model; the first one if omitted"),
});
export type PredictOptions = z.infer<typeof predictOptionsSchema>;

// Open Inference Protocol, version 2.

const tensorData = z.array(z.union([z.number(), z.string(), z.boolean()]));
/** A number, or its text: clients that know only text, whole numbers and truth values as parameters send that. */
const rate = z.union([z.number(), z.string().max(20)]);
const parameters = z.record(z.string(), z.unknown());

/** The values of a tensor are checked by the code that reads them: a validator would build an issue for each of millions. */
const inputTensor = z.object({
  name: z.string().max(100),
  shape: z.array(z.int().min(0)).max(8),
  datatype: z.string().max(20),
  parameters: parameters.optional(),
  data: z.unknown().optional().describe("image: files in base64 (BYTES), or pixels (UINT8, or FP32 from 0 to 1); class: names"),
});

export const inferRequestSchema = z.object({
  id: z.string().max(256).optional(),
  parameters: z
    .looseObject({
      class: z.string().max(256).optional().describe("class of all images; predicted if omitted"),
      false_alarm_rate: rate.optional().describe("share of good images that may be judged anomalous"),
      map_size: z.enum(["grid", "image"]).optional().describe("size of the output anomaly_map; default: grid"),
      timeout: z
        .union([z.number(), z.string().max(20)])
        .optional()
        .describe("microseconds that the client waits"),
      binary_data_output: z.boolean().optional().describe("send the outputs as bytes after the JSON"),
    })
    .optional(),
  inputs: z.array(inputTensor).min(1).max(4),
  outputs: z
    .array(z.object({ name: z.string().max(100), parameters: parameters.optional() }))
    .max(20)
    .optional(),
});
export type InferRequest = z.infer<typeof inferRequestSchema>;

export const inferResponseSchema = z.object({
  id: z.string().optional(),
  model_name: z.string(),
  model_version: z.string(),
  outputs: z.array(
    z.object({
      name: z.string(),
      shape: z.array(z.int()),
      datatype: z.string(),
      parameters: z.object({ binary_data_size: z.int() }).optional(),
      data: tensorData.optional(),
    }),
  ),
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
    created: z.string(),
    answers_as_trained: z.boolean().nullable(),
    has_thresholds: z.boolean(),
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

export const healthSchema = z.object({ live: z.boolean(), ready: z.boolean() });

const duration = z.object({ count: z.int(), ns: z.int() });

export const statisticsSchema = z.object({
  model_stats: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      last_inference: z.int(),
      inference_count: z.int(),
      execution_count: z.int(),
      inference_stats: z.object({
        success: duration,
        fail: duration,
        queue: duration,
        compute_input: duration,
        compute_infer: duration,
        compute_output: duration,
      }),
      batch_stats: z.array(z.unknown()),
    }),
  ),
});

const shift = z.object({
  usual: z.number().describe("median of good images"),
  recent: z.number().describe("median of the recent images"),
  above: z.number().describe("share of the recent images above the median of good ones; usually a half"),
  direction: z.enum(["higher", "lower"]).nullable().describe("where the recent images have gone; null: they are like good ones"),
});

export const driftSchema = z.object({
  model: z.string(),
  classes: z.array(
    z.object({
      class: z.string(),
      images: z.int().describe("recent images that are compared, at most 50"),
      is_drifting: z.boolean().nullable().describe("null: too few images are known, recent or good ones"),
      score: shift.optional(),
      distance: shift.optional().describe("how far images are from their class"),
    }),
  ),
});

export const repositoryIndexSchema = z.array(
  z.object({ name: z.string(), version: z.string(), state: z.enum(["READY", "UNAVAILABLE"]), reason: z.string() }),
);
