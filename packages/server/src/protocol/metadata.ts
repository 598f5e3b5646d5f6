import type { z } from "zod";
import type { Models, ServedModel } from "../models/models.js";
import { HttpError } from "../http-error.js";
import type { modelMetadataSchema } from "../schemas.js";

/** What this server says about itself: the extensions have the names that Triton gave them. */
export const serverMetadata = {
  name: "ltad-server",
  extensions: ["binary_tensor_data", "model_repository", "statistics", "parameters", "http_compression"],
};

/** What goes into a model and comes out of it; -1 is the number of images, or a side of a map. */
export const tensorMetadata = (decides: boolean) => ({
  inputs: [{ name: "image", datatype: "BYTES", shape: [-1] }],
  outputs: [
    { name: "score", datatype: "FP32", shape: [-1] },
    { name: "class", datatype: "BYTES", shape: [-1] },
    { name: "class_given", datatype: "BOOL", shape: [-1] },
    { name: "anomaly_map", datatype: "FP32", shape: [-1, -1, -1] },
    ...(decides
      ? [
          { name: "threshold", datatype: "FP32", shape: [-1] },
          { name: "p_value", datatype: "FP32", shape: [-1] },
          { name: "is_anomalous", datatype: "BOOL", shape: [-1] },
          { name: "basis", datatype: "BYTES", shape: [-1] },
          { name: "unlike_class", datatype: "BOOL", shape: [-1] },
          { name: "nearest_class", datatype: "BYTES", shape: [-1] },
        ]
      : []),
    { name: "overlay", datatype: "BYTES", shape: [-1] },
    { name: "map_rec", datatype: "FP32", shape: [-1, -1, -1] },
    { name: "map_sem", datatype: "FP32", shape: [-1, -1, -1] },
  ],
});

/** Metadata of a model. @throws HttpError `LTAD_NOT_READY` when it is not loaded */
export function metadataOf(models: Models, { name, engine }: ServedModel): z.infer<typeof modelMetadataSchema> {
  if (!engine) throw new HttpError("LTAD_NOT_READY", `The model ${name} is not loaded.`, { retryAfter: 5 });
  const { classes, preset, producer, encoder, inputSize, grid, created, answersAsTrained, decides } = engine.model;
  return {
    name,
    versions: models.versions(name).map(({ version }) => version),
    platform: "ltad",
    ...tensorMetadata(decides),
    parameters: {
      classes: [...classes],
      created,
      answers_as_trained: answersAsTrained,
      has_thresholds: decides,
      preset,
      producer,
      encoder,
      input_size: inputSize,
      grid,
    },
  };
}
