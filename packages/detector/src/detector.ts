import { check, fields, number, optional, string } from "@ltad/core/check";
import { type RuntimeOptions, runtimeFields } from "@ltad/runtime";
import { openGraphs } from "./graphs.js";
import type { Graphs } from "./graphs-of.js";
import type { ImageSource } from "./image.js";
import { loadBundle, readChecked } from "./load-bundle.js";
import type { Manifest } from "./manifest.js";
import { predict, type Prediction, type PredictOptions } from "./predict.js";

/** A trained model, opened from its bundle. */
export interface Detector extends Graphs {
  /** The bundle folder that it was opened from. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** The names of the classes, in the order of the class index. */
  readonly classes: readonly string[];
  /** Judges one image: its score, class, verdict and maps, and its overlay if you ask for one. */
  predict(image: ImageSource, options: PredictOptions & { readonly overlay: true }): Promise<Prediction & { readonly overlay: Buffer }>;
  predict(image: ImageSource, options?: PredictOptions): Promise<Prediction>;
  /**
   * The graph of the encoder, for encoding many images in threads.
   * It is read from the bundle again and checked, because an open detector does not keep it.
   * @throws LtadError `LTAD_BUNDLE` when the bundle has been replaced or damaged since
   */
  encoder(): Promise<EncoderGraph>;
}

/** The graph of an encoder, and how an image becomes its input. */
export interface EncoderGraph {
  readonly graph: Uint8Array;
  readonly spec: Manifest["features"];
}

/** How a detector runs, and how much memory it may use. */
export interface DetectorOptions extends RuntimeOptions {
  /**
   * The memory for the tables of classes in bytes, 512 MiB by default. If the tables of all classes fit, they are read when the bundle is opened. If
   * not, those of a class are read for its first image, and the least recently used ones are dropped.
   */
  readonly classMemory?: number | undefined;
}

/**
 * Opens a bundle, the folder of a trained model. This takes about as long as reading its files. Call `dispose` when you no longer need it.
 * @throws LtadError `LTAD_BUNDLE` when the folder is not a bundle, when it is damaged or newer than this program, or when its
 *   graphs do not fit
 */
export async function openDetector(folder: string, options: DetectorOptions = {}): Promise<Detector> {
  check("openDetector", { folder, options }, { folder: string, options: fields({ ...runtimeFields, classMemory: optional(number(1)) }) });
  const { classMemory, ...runtime } = options;
  const bundle = await loadBundle(folder);
  const { manifest } = bundle;
  const graphs = await openGraphs(bundle, runtime, classMemory);
  return {
    ...graphs,
    folder,
    manifest,
    classes: manifest.classes.map(({ name }) => name),
    predict: ((image, given) => predict({ manifest, ...graphs }, image, given)) as Detector["predict"],
    encoder: async () => ({ graph: await readChecked(folder, manifest, manifest.graphs.encoder.file), spec: manifest.features }),
  };
}
