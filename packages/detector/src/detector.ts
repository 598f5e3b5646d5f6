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
  /** In the order of the class index. */
  readonly classes: readonly string[];
  /** Score, class and maps of one image, and its overlay. */
  predict(image: ImageSource, options: PredictOptions & { readonly overlay: true }): Promise<Prediction & { readonly overlay: Buffer }>;
  predict(image: ImageSource, options?: PredictOptions): Promise<Prediction>;
  /**
   * The encoder's graph, for encoding many images in threads.
   * It is read from the bundle again and checked, because an open detector does not keep it.
   * @throws LtadError `LTAD_BUNDLE` when the bundle has been replaced or damaged since
   */
  encoder(): Promise<EncoderGraph>;
}

/** An encoder graph, and how an image becomes its input. */
export interface EncoderGraph {
  readonly graph: Uint8Array;
  readonly spec: Manifest["features"];
}

export interface DetectorOptions extends RuntimeOptions {
  /**
   * Bytes of memory for the tables of classes, 512 MiB by default. If those of all classes fit, they are read now; if not, those of a class are
   * read when an image of it comes, and the tables that were used least recently are dropped.
   */
  readonly classMemory?: number | undefined;
}

/**
 * Opens a bundle folder; takes about as long as reading its files.
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
