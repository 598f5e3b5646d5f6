import { join } from "node:path";
import { floats, int32, LtadError, type NdArray } from "@ltad/core";
import type { ImageOptions } from "@ltad/data";
import type { RuntimeOptions } from "@ltad/runtime";
import { checkOutputs, encoderContract, headContract, openGraph } from "./check-graph.js";
import { type ImageSource, modelInput } from "./image.js";
import { type Bundle, loadBundle, readChecked } from "./load-bundle.js";
import type { Manifest } from "./manifest.js";
import { upsampleBilinear } from "./upsample.js";

// Shapes: B batch, S input size, N = g * g tokens, C channels, Dz of z; H, W of the map that is asked for.

/** A trained model, ready to be asked. */
export interface Detector {
  /** The bundle folder that it was opened from. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** In the order of the class index. */
  readonly classes: readonly string[];
  /** Score, class and maps of one image. */
  predict(image: ImageSource, options?: PredictOptions): Promise<Prediction>;
  /** @param images float32 [B, S, S, 3], RGB 0..1; see {@link modelInput} */
  encode(images: NdArray): Promise<Encoded>;
  /**
   * The head alone, for features that are there already: evaluation from the feature cache runs the very graph of the bundle.
   * @param classes [B] class indices, -1 to predict; all -1 when left out
   */
  score(features: NdArray, z: NdArray, classes?: Int32Array): Promise<Scores>;
  /**
   * The encoder's graph, for encoding many images in threads: read from the bundle again and checked, because an open detector does not keep it.
   * @throws LtadError `LTAD_BUNDLE` when the bundle has been replaced or damaged since
   */
  encoder(): Promise<EncoderGraph>;
  dispose(): Promise<void>;
}

/** An encoder graph, and how an image becomes its input. */
export interface EncoderGraph {
  readonly graph: Uint8Array;
  readonly spec: Manifest["features"];
}

/** What the encoder gives: features float32 [B, N, C], z float32 [B, Dz]. */
export interface Encoded {
  readonly features: NdArray;
  readonly z: NdArray;
}

/** What the head gives for a batch, on the grid. */
export interface Scores {
  /** [B] */
  readonly score: Float32Array;
  /** [B] class indices, given or predicted */
  readonly classes: Int32Array;
  /** Each [B, g, g], row-major. */
  readonly map: Float32Array;
  readonly recMap: Float32Array;
  readonly semMap: Float32Array;
  readonly grid: number;
}

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface PredictOptions {
  /** Name of the image's class; predicted when left out. */
  readonly class?: string | undefined;
  /** Size of the maps: that of the image (default), that of the model's grid, or another. */
  readonly size?: "original" | "grid" | Size;
  /** Limits of what is read, and the name that messages use. */
  readonly image?: ImageOptions;
}

/** The answer for one image. Scores are comparable within one detector; higher is more anomalous. */
export interface Prediction {
  readonly score: number;
  readonly class: string;
  /** False when the detector chose the class. */
  readonly classGiven: boolean;
  /** Size of the maps. */
  readonly width: number;
  readonly height: number;
  /** S, [H*W]: what heat maps show and pixel metrics rank. */
  readonly map: Float32Array;
  /** S_rec, [H*W]: how badly a place is reconstructed. */
  readonly recMap: Float32Array;
  /** S_sem, [H*W]: how near a place is to "a broken ..." in text space. */
  readonly semMap: Float32Array;
  /** Size of the image. */
  readonly image: Size;
  /** Milliseconds. */
  readonly timing: {
    readonly decode: number;
    readonly encode: number;
    readonly score: number;
    readonly upsample: number;
    readonly total: number;
  };
}

/**
 * Opens a bundle folder; about as long as reading its files takes.
 * @throws LtadError `LTAD_BUNDLE` when it is none, damaged, newer, or its graphs do not fit
 */
export async function openDetector(folder: string, options: RuntimeOptions = {}): Promise<Detector> {
  return detectorOf(await loadBundle(folder), options);
}

/** A detector from a bundle that was loaded already. */
async function detectorOf({ folder, manifest, encoder, head }: Bundle, options: RuntimeOptions = {}): Promise<Detector> {
  const { graphs, features } = manifest;
  const classes = manifest.classes.map((one) => one.name);
  const [encoderPlace, headPlace] = [join(folder, graphs.encoder.file), join(folder, graphs.head.file)];
  const [encoderWants, headWants] = [encoderContract(manifest), headContract(manifest)];
  const encoderGraph = await openGraph(encoder, encoderPlace, graphs.encoder, encoderWants, options);
  const headGraph = await openGraph(head, headPlace, graphs.head, headWants, options).catch(async (error: unknown) => {
    await encoderGraph.dispose();
    throw error;
  });

  const encode = async (image: NdArray): Promise<Encoded> => {
    const found = await encoderGraph.run({ image });
    checkOutputs(encoderPlace, found, encoderWants, image.shape[0] ?? 0);
    return { features: found["features"]!, z: found["z"]! };
  };

  const score = async (features: NdArray, z: NdArray, given?: Int32Array): Promise<Scores> => {
    const batch = features.shape[0] ?? 0;
    const found = await headGraph.run({ features, z, class: int32([batch], given ?? new Int32Array(batch).fill(-1)) });
    checkOutputs(headPlace, found, headWants, batch);
    return {
      score: floats(found["score"], "score"),
      classes: found["label"]?.data as Int32Array,
      map: floats(found["map"], "map"),
      recMap: floats(found["s_rec"], "s_rec"),
      semMap: floats(found["s_sem"], "s_sem"),
      grid: manifest.features.grid,
    };
  };

  const predict = async (source: ImageSource, options: PredictOptions = {}): Promise<Prediction> => {
    const given = classIndex(classes, options.class);
    const clock = stopwatch();
    const { input, width, height } = await modelInput(source, features, options.image);
    const image = { width, height };
    const decode = clock.lap();
    const { features: patches, z } = await encode(input);
    const encoding = clock.lap();
    const scores = await score(patches, z, Int32Array.of(given));
    const scoring = clock.lap();
    const maps = sized(scores, mapSize(options.size, image, scores.grid));
    return {
      score: scores.score[0]!,
      class: classes[scores.classes[0]!] ?? "",
      classGiven: given >= 0,
      ...maps,
      image,
      timing: { decode, encode: encoding, score: scoring, upsample: clock.lap(), total: clock.total() },
    };
  };

  const dispose = async () => {
    await Promise.all([encoderGraph.dispose(), headGraph.dispose()]);
  };
  const encoderAgain = async () => ({ graph: await readChecked(folder, manifest, graphs.encoder.file), spec: features });
  return { folder, manifest, classes, predict, encode, score, encoder: encoderAgain, dispose };
}

/** Index of a class by name, -1 when none is given. @throws LtadError `LTAD_CONFIG` naming the classes there are */
function classIndex(classes: readonly string[], name: string | undefined): number {
  if (name === undefined) return -1;
  const index = classes.indexOf(name);
  if (index >= 0) return index;
  const details = { field: "class", received: name, expected: classes };
  throw new LtadError("LTAD_CONFIG", `class: expected one of ${classes.join(", ")}, received ${name}. Leave it out to have it predicted.`, {
    details,
  });
}

function mapSize(size: PredictOptions["size"], image: Size, grid: number): Size {
  if (size === "grid") return { width: grid, height: grid };
  return size === undefined || size === "original" ? image : size;
}

function sized({ grid, map, recMap, semMap }: Scores, { width, height }: Size) {
  const resize = (values: Float32Array) => upsampleBilinear(values.subarray(0, grid * grid), grid, grid, height, width);
  return { width, height, map: resize(map), recMap: resize(recMap), semMap: resize(semMap) };
}

/** Milliseconds of each lap and in all. */
function stopwatch() {
  const start = performance.now();
  let last = start;
  const rounded = (ms: number) => Math.round(ms * 100) / 100;
  return {
    lap: () => {
      const now = performance.now();
      const ms = now - last;
      last = now;
      return rounded(ms);
    },
    total: () => rounded(performance.now() - start),
  };
}
