import { join } from "node:path";
import { flatten, isNdArray, LtadError, type NdArray, type NdArrays, unflatten, version } from "@ltad/core";
import { type BundleParts, loadBundle, type Manifest } from "@ltad/detector";
import type { FeatureSpec, Moments } from "@ltad/features";
import { constantOf, readOnnx } from "@ltad/onnx";
import { headPart } from "../bundle/bundle-parts.js";
import { configSchema } from "../config/config-schema.js";
import type { FittedConfig } from "../config/fit-config.js";
import { headConfig } from "../head/head-config.js";
import { type HeadArrays, headGraph } from "../head/head-graph.js";
import type { HeadConfig } from "../head/head.js";

/** A trained model as its bundle holds it. */
export interface TrainedModel {
  readonly manifest: Manifest;
  readonly config: FittedConfig;
  /** The encoder's graph. */
  readonly graph: Uint8Array;
  /** Everything that a training computes, as in weights.safetensors, and the axes of the positions. */
  readonly arrays: NdArrays;
}

/**
 * Reads what a training has computed from a bundle; the axes of the positions come from its scoring graph.
 * @throws LtadError `LTAD_BUNDLE` when the folder is no bundle, or one of a version that stored less
 */
export async function openModel(folder: string): Promise<TrainedModel> {
  const { manifest, encoder, head, weights } = await loadBundle(folder);
  const config = configSchema.safeParse(manifest.config);
  const axes = constantOf(readOnnx(head, join(folder, manifest.graphs.head.file)), "tables.axes");
  const entries = Object.entries(await weights());
  const arrays = entries.flatMap(([name, array]): [string, NdArray][] =>
    name === "tables.gain" && axes
      ? [
          ["tables.axes", axes],
          [name, array],
        ]
      : [[name, array]],
  );
  const names = new Set(arrays.map(([name]) => name));
  if (!config.success || !manifest.decision || !names.has("calibration.power") || names.has("tables.gain") !== (axes !== undefined)) {
    const message = `${folder}: another version of ltad trained this model, and its classes cannot be changed. Train it again.`;
    throw new LtadError("LTAD_BUNDLE", message, { details: { folder } });
  }
  return { manifest, config: config.data as FittedConfig, graph: encoder, arrays: Object.fromEntries(arrays) };
}

/** The layout of the model's features. */
export function specOf({ manifest }: Pick<TrainedModel, "manifest">): FeatureSpec {
  return manifest.features as FeatureSpec;
}

export function headConfigOf({ manifest, config, arrays }: TrainedModel): HeadConfig {
  return headConfig(config, specOf({ manifest }), arrays["prototypes.normal"]?.shape[1] ?? 0);
}

/** What the scoring graph needs, as a tree. */
export function headArraysOf({ arrays }: Pick<TrainedModel, "arrays">): HeadArrays {
  const own = Object.entries(arrays).filter(([name]) => /^(tables|pi|phi|prototypes|calibration)\./.test(name));
  return unflatten(Object.fromEntries(own)) as unknown as HeadArrays;
}

/** Means and deviations over the images of the training, which stay as they are. */
export function momentsOfModel({ arrays }: Pick<TrainedModel, "arrays">): Moments {
  const of = (name: string) => Float64Array.from(arrays[`tables.${name}`]!.data);
  return {
    patch: { mean: of("channelMean"), deviation: of("channelDeviation") },
    image: { mean: of("zMean"), deviation: of("zDeviation") },
  };
}

/** The model as a bundle, with a new scoring graph. */
export function partsOf(model: TrainedModel): BundleParts {
  const { format: _f, version: _v, created: _c, graphs, weights: _w, files: _s, check: _k, ...kept } = model.manifest;
  const arrays = headArraysOf(model);
  return {
    manifest: { ...kept, producer: `ltad ${version}` },
    encoder: { model: model.graph, inputs: graphs.encoder.inputs, outputs: graphs.encoder.outputs },
    head: headPart(headGraph(arrays, headConfigOf(model)), specOf(model)),
    weights: withoutAxes(model.arrays),
  };
}

/** The axes of the positions stay in the head alone: they are four fifths of all arrays. */
export function withoutAxes(arrays: NdArrays): NdArrays {
  return Object.fromEntries(Object.entries(arrays).filter(([name]) => name !== "tables.axes"));
}

/** Arrays of a tree under their names in weights.safetensors. */
export function named(tree: Parameters<typeof flatten<NdArray>>[0]): NdArrays {
  return flatten<NdArray>(tree, isNdArray);
}
