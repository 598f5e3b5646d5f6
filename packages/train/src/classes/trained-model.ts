import { join } from "node:path";
import { flatten, isNdArray, LtadError, type NdArray, type NdArrays, unflatten, version } from "@ltad/core";
import { type Bundle, type BundleParts, type ClassPart, type GraphPart, loadBundle, type Manifest } from "@ltad/detector";
import type { FeatureSpec, Moments } from "@ltad/features";
import { constantOf, readOnnx } from "@ltad/onnx";
import { byClassPart, classParts, headPart } from "../bundle/head-parts.js";
import { configSchema } from "../config/config-schema.js";
import type { FittedConfig } from "../config/fit-config.js";
import { headConfig } from "../head/head-config.js";
import type { HeadArrays } from "../head/head-graph.js";
import type { HeadConfig } from "../head/head.js";
import { allJudged } from "../run/judged-store.js";

/** A trained model, read from its bundle. */
export interface TrainedModel {
  readonly manifest: Manifest;
  readonly config: FittedConfig;
  /** The encoder's graph. */
  readonly graph: Uint8Array;
  /** The scoring graph. */
  readonly head: GraphPart;
  /** The arrays of weights.safetensors: everything that a training computes except the large tables of classes. */
  readonly arrays: NdArrays;
  /** The tables of each class that the scoring graph takes. */
  readonly classes: readonly ClassPart[];
}

/**
 * Reads what a training has computed from a bundle, except the tables of its classes.
 * @throws LtadError `LTAD_BUNDLE` when the folder is not a bundle, or a bundle of a version that stored less
 */
export async function openModel(folder: string): Promise<TrainedModel> {
  const bundle = await loadBundle(folder);
  const { manifest } = bundle;
  const config = configSchema.safeParse(manifest.config);
  const arrays = await bundle.weights();
  const axes = bundle.byClass ? undefined : axesOf(bundle);
  const hasAxes = bundle.byClass ? "tables.axes" in manifest.graphs.head.inputs : axes !== undefined;
  if (!config.success || !manifest.decision || !("calibration.power" in arrays) || "tables.gain" in arrays !== hasAxes) {
    const message = `${folder}: another version of ltad trained this model, and its classes cannot be changed. Train it again.`;
    throw new LtadError("LTAD_BUNDLE", message, { details: { folder } });
  }
  const model = { manifest, config: config.data as FittedConfig, graph: bundle.encoder };
  if (!bundle.byClass) return withClassesApart(model, withJudged(withAxes(arrays, axes), manifest));
  const { inputs, outputs } = manifest.graphs.head;
  return {
    ...model,
    head: { model: bundle.head, inputs, outputs },
    arrays,
    classes: manifest.classes.map((_, label) => storedClass(bundle, label)),
  };
}

/** The file of a class in a bundle. */
function storedClass({ folder, manifest }: Bundle, label: number): ClassPart {
  const file = manifest.classes[label]!.file!;
  return { path: join(folder, file), ...manifest.files[file]! };
}

/** The axes of the positions, which bundles of version 1 store in the scoring graph only. */
function axesOf({ folder, manifest, head }: Bundle): NdArray | undefined {
  return constantOf(readOnnx(head, join(folder, manifest.graphs.head.file)), "tables.axes");
}

function withAxes(arrays: NdArrays, axes: NdArray | undefined): NdArrays {
  const before = (name: string) => (name === "tables.gain" && axes ? [["tables.axes", axes] as const] : []);
  return Object.fromEntries(Object.entries(arrays).flatMap(([name, array]) => [...before(name), [name, array] as const]));
}

/** Adds the table of judged positions, which bundles of version 1 lack because every class judges its whole images. */
function withJudged(arrays: NdArrays, { classes, features }: Manifest): NdArrays {
  return { ...arrays, "calibration.judged": allJudged(classes.length, features.tokens) };
}

/** Makes a model from arrays that include the tables of all classes. */
function withClassesApart(model: Pick<TrainedModel, "manifest" | "config" | "graph">, arrays: NdArrays): TrainedModel {
  const whole = headArraysOf({ arrays });
  const head = headPart(whole, headConfigOf({ ...model, arrays }));
  return { ...model, head, arrays: withoutTables(arrays, head), classes: classParts(whole, head) };
}

/** The layout of the model's features. */
export function specOf({ manifest }: Pick<TrainedModel, "manifest">): FeatureSpec {
  return manifest.features as FeatureSpec;
}

export function headConfigOf({ manifest, config, arrays }: Pick<TrainedModel, "manifest" | "config" | "arrays">): HeadConfig {
  return headConfig(config, specOf({ manifest }), arrays["prototypes.normal"]?.shape[1] ?? 0);
}

/** The arrays that the scoring graph needs, as a tree. */
export function headArraysOf({ arrays }: Pick<TrainedModel, "arrays">): HeadArrays {
  const own = Object.entries(arrays).filter(([name]) => /^(tables|pi|phi|prototypes|calibration)\./.test(name));
  return unflatten(Object.fromEntries(own)) as unknown as HeadArrays;
}

/** The moments over the images of the training, which do not change with its classes. */
export function momentsOfModel({ arrays }: Pick<TrainedModel, "arrays">): Moments {
  const of = (name: string) => Float64Array.from(arrays[`tables.${name}`]!.data);
  return {
    patch: { mean: of("channelMean"), deviation: of("channelDeviation") },
    image: { mean: of("zMean"), deviation: of("zDeviation") },
  };
}

/** The parts of a bundle. The scoring graph, and the files of classes that did not change, are reused. */
export function partsOf(model: TrainedModel): BundleParts {
  const { format: _f, version: _v, created: _c, graphs, weights: _w, files: _s, check: _k, ...kept } = model.manifest;
  return {
    manifest: { ...kept, producer: `ltad ${version}` },
    encoder: { model: model.graph, inputs: graphs.encoder.inputs, outputs: graphs.encoder.outputs },
    head: model.head,
    byClass: byClassPart(model.arrays, specOf(model), model.classes),
    weights: model.arrays,
  };
}

const large = new Set(["tables.positionMean", "tables.whitening", "tables.axes"]);

/** The arrays without the large tables, which are in the files of the classes. */
export function withoutTables(arrays: NdArrays, { inputs }: Pick<GraphPart, "inputs">): NdArrays {
  return Object.fromEntries(Object.entries(arrays).filter(([name]) => !(large.has(name) && name in inputs)));
}

/** The arrays of a tree under their names in weights.safetensors. */
export function named(tree: Parameters<typeof flatten<NdArray>>[0]): NdArrays {
  return flatten<NdArray>(tree, isNdArray);
}
