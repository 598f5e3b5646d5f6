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

export interface WebDetectorOptions extends WebRuntimeOptions {
  /** Called while the graphs are fetched, and the tables of the classes where they fit into the memory. */
  readonly onBytes?: OnBytes | undefined;
  /** Bytes of memory for the tables of classes, 512 MiB by default; those of a class that does not fit are fetched when an image of it comes. */
  readonly classMemory?: number | undefined;
}

export interface WebPredictOptions extends AssessOptions {
  /** Name of the image's class; by default, the model predicts it. */
  readonly class?: string | undefined;
  /** Most pixels of an image; 100 million when left out. */
  readonly maxPixels?: number | undefined;
}

/** The answer for one image: the same as in Node. */
export interface WebPrediction extends Assessment {
  /** Milliseconds. */
  readonly timing: Readonly<Record<"decode" | "encode" | "score" | "upsample" | "total", number>>;
}

/** A trained model in a browser. */
export interface WebDetector {
  readonly manifest: Manifest;
  /** In the order of the class index. */
  readonly classes: readonly string[];
  /** What it runs on: "wasm" or "webgpu". */
  readonly providers: readonly string[];
  /** @throws LtadError `LTAD_IMAGE`, `LTAD_CONFIG` for an unknown class, `LTAD_NOT_FINITE` */
  predict(image: WebImage, options?: WebPredictOptions): Promise<WebPrediction>;
  dispose(): Promise<void>;
}

const openRules = fields({ ...webRuntimeFields, onBytes: optional(func), classMemory: optional(number(1)) });
const isFiles = (source: unknown): source is BundleFiles => typeof source === "function";

/**
 * Opens a bundle in a browser.
 * @param source the address of the bundle's folder, the files of a folder that the user chose, or a function that reads one by its name
 * @throws LtadError `LTAD_BUNDLE` when it is not a bundle, is damaged or newer than this program; `LTAD_CONFIG` for providers that are not there
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

/** The graphs of a bundle: encoder, head and, where it has one, the one that finds classes. */
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

/** ONNX Runtime runs one graph at a time in a browser: calls wait for each other. */
function inTurn<A extends unknown[], R>(work: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  return (...args) => {
    const next = last.then(() => work(...args));
    last = next.catch(() => undefined);
    return next;
  };
}
