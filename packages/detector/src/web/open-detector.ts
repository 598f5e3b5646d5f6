import { stopwatch } from "@ltad/core/browser";
import { check, fields, func, number, optional } from "@ltad/core/check";
import { openProgram, webRuntimeFields, type WebRuntimeOptions } from "@ltad/runtime/web";
import { assess, type Assessment, type AssessOptions, classIndex } from "../assess.js";
import { checkProgram, encoderContract, type GraphContract, headContract, nearestContract } from "../graph-contract.js";
import { graphsOf, type OpenGraph } from "../graphs-of.js";
import type { GraphSpec, Manifest } from "../manifest.js";
import { assessFields } from "../options-rules.js";
import { rangeFor } from "../ranges.js";
import { type BundleFiles, filesOf } from "./files-of.js";
import { loadBundle, type OnBytes, type WebBundle } from "./load-bundle.js";
import { modelInput } from "./model-input.js";
import { readImage, type WebImage } from "./read-image.js";

/** How a detector runs in a browser. */
export interface WebDetectorOptions extends WebRuntimeOptions {
  /** Is called while the graphs are fetched, and the tables of classes if they fit into the memory. */
  readonly onBytes?: OnBytes | undefined;
  /** The memory for the tables of classes in bytes, 512 MiB by default. If they do not fit, those of a class are fetched for its first image. */
  readonly classMemory?: number | undefined;
}

/** How an image is read and judged in a browser. */
export interface WebPredictOptions extends AssessOptions {
  /** The name of the image's class; by default, the model predicts it. */
  readonly class?: string | undefined;
  /** The most pixels that an image may have; 100 million by default. */
  readonly maxPixels?: number | undefined;
}

/** The prediction for one image, which is the same as in Node.js. */
export interface WebPrediction extends Assessment {
  /** How long each part took, in milliseconds. */
  readonly timing: Readonly<Record<"decode" | "encode" | "score" | "upsample" | "total", number>>;
}

/** A trained model in a browser. */
export interface WebDetector {
  readonly manifest: Manifest;
  /** The names of the classes, in the order of the class index. */
  readonly classes: readonly string[];
  /** The execution providers in use: "wasm" or "webgpu". */
  readonly providers: readonly string[];
  /**
   * Judges one image.
   * @throws LtadError `LTAD_IMAGE` for an image that cannot be read, `LTAD_CONFIG` for an unknown class, `LTAD_NOT_FINITE` for a score that is not a number
   */
  predict(image: WebImage, options?: WebPredictOptions): Promise<WebPrediction>;
  dispose(): Promise<void>;
}

const openRules = fields({ ...webRuntimeFields, onBytes: optional(func), classMemory: optional(number(1)) });
const isFiles = (source: unknown): source is BundleFiles => typeof source === "function";

/**
 * Opens a bundle in a browser.
 * @param source the address of the bundle's folder, the files of a folder that the user chose, or a function that reads one by its name
 * @throws LtadError `LTAD_BUNDLE` when it is not a bundle, is damaged, or is newer than this program; `LTAD_CONFIG` for providers that are not available
 */
export async function openDetector(
  source: string | URL | Iterable<File> | BundleFiles,
  options: WebDetectorOptions = {},
): Promise<WebDetector> {
  check("openDetector", { options }, { options: openRules });
  const { onBytes, classMemory, ...runtime } = options;
  const bundle = await loadBundle(isFiles(source) ? source : filesOf(source), onBytes, classMemory);
  const { manifest } = bundle;
  const [encoder, head, nearest] = await openAll(bundle, runtime);
  const called = graphsOf(manifest, encoder!, head!, nearest && { nearest, tables: bundle.byClass!.tables });
  return {
    manifest,
    classes: manifest.classes.map(({ name }) => name),
    providers: encoder!.program.providers,
    predict: inTurn((image: WebImage, given: WebPredictOptions = {}) => predict({ manifest, ...called }, image, given)),
    dispose: () => called.dispose(),
  };
}

/** Opens the graphs of a bundle: the encoder, the head, and the graph that finds classes, if there is one. */
async function openAll({ manifest, encoder, head, byClass }: WebBundle, runtime: WebRuntimeOptions): Promise<OpenGraph[]> {
  const { graphs } = manifest;
  const wanted: (readonly [Uint8Array, GraphSpec, GraphContract])[] = [
    [encoder, graphs.encoder, encoderContract(manifest)],
    [head, graphs.head, headContract(manifest)],
    ...(byClass ? [[byClass.nearest, graphs.nearest!, nearestContract(manifest)] as const] : []),
  ];
  const opened: OpenGraph[] = [];
  try {
    for (const [model, described, contract] of wanted) {
      const { file: place } = described;
      opened.push({ program: await checkProgram(await openProgram(model, runtime), place, described, contract), place });
    }
    return opened;
  } catch (error) {
    await Promise.all(opened.map(({ program }) => program.dispose()));
    throw error;
  }
}

const predictRules = fields({ ...assessFields, maxPixels: optional(number()) });

async function predict(model: Parameters<typeof assess>[0], image: WebImage, options: WebPredictOptions): Promise<WebPrediction> {
  check("predict", { options }, { options: predictRules });
  const { manifest } = model;
  const given = classIndex(manifest.classes, options.class);
  const clock = stopwatch<"decode" | "encode" | "score" | "upsample">("ms");
  const pixels = await readImage(image, { maxPixels: options.maxPixels, range: rangeFor(manifest, given) });
  const input = modelInput(pixels, manifest.features);
  clock.lap("decode");
  const { assessment } = await assess(model, { input, width: pixels.width, height: pixels.height, given }, options, (part) =>
    clock.lap(part),
  );
  return Object.assign(assessment, { timing: { ...clock.parts, total: clock.total() } });
}

/** Lets calls wait for each other, because ONNX Runtime runs one graph at a time in a browser. */
function inTurn<A extends unknown[], R>(work: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  return (...args) => {
    const next = last.then(() => work(...args));
    last = next.catch(() => undefined);
    return next;
  };
}
