import { stopwatch } from "@ltad/core/browser";
import { check, fields, func, number, optional } from "@ltad/core/check";
import { openProgram, webRuntimeFields, type WebRuntimeOptions } from "@ltad/runtime/web";
import { assess, type Assessment, type AssessOptions, classIndex } from "../assess.js";
import { checkProgram, encoderContract, headContract } from "../graph-contract.js";
import { graphsOf } from "../graphs-of.js";
import type { Manifest } from "../manifest.js";
import { assessFields } from "../options-rules.js";
import { rangeFor } from "../ranges.js";
import { type BundleFiles, filesOf } from "./files-of.js";
import { loadBundle, type OnBytes } from "./load-bundle.js";
import { modelInput } from "./model-input.js";
import { readImage, type WebImage } from "./read-image.js";

export interface WebDetectorOptions extends WebRuntimeOptions {
  /** Called while the graphs are fetched. */
  readonly onBytes?: OnBytes | undefined;
}

export interface WebPredictOptions extends AssessOptions {
  /** Name of the image's class; the model predicts it when left out. */
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

const openRules = fields({ ...webRuntimeFields, onBytes: optional(func) });
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
  const { onBytes, ...runtime } = options;
  const { manifest, encoder, head } = await loadBundle(isFiles(source) ? source : filesOf(source), onBytes);
  const { graphs } = manifest;
  const open = async (model: Uint8Array, name: "encoder" | "head") => {
    const { file: place } = graphs[name];
    const contract = name === "encoder" ? encoderContract(manifest) : headContract(manifest);
    return { program: await checkProgram(await openProgram(model, runtime), place, graphs[name], contract), place };
  };
  const first = await open(encoder, "encoder");
  const second = await open(head, "head").catch(async (error: unknown) => {
    await first.program.dispose();
    throw error;
  });
  const called = graphsOf(manifest, first, second);
  return {
    manifest,
    classes: manifest.classes.map(({ name }) => name),
    providers: first.program.providers,
    predict: inTurn((image: WebImage, given: WebPredictOptions = {}) => predict({ manifest, ...called }, image, given)),
    dispose: () => called.dispose(),
  };
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
