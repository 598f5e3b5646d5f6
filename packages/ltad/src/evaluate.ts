import { resolve } from "node:path";
import type { JobOptions } from "@ltad/core";
import { type Dataset, type FileToCheck, masksOf, type TestItem, type TrainItem } from "@ltad/data";
import type { Detector } from "@ltad/detector";
import type { Evaluation } from "@ltad/evaluate";
import { checkInputs } from "./check-inputs.js";
import { type DataOptions, dataWords, openDataset } from "./data-options.js";
import { knownTestImages } from "./known-test-images.js";
import { cacheDirIn, type Environment } from "./environment.js";
import { shellWords } from "./shell-words.js";
import { readTrainCommandLine } from "./train-command-line.js";

/** How a model is measured. */
export interface EvaluateOptions extends JobOptions, DataOptions {
  /** Whether the model is told the class of a test image, which is its folder (the default), or predicts it. */
  readonly classes?: "folder" | "predicted" | undefined;
  /** Folder of the features of the test images; {@link defaultCacheDir} by default. */
  readonly cacheDir?: string | undefined;
  /** Continue without images and masks that cannot be read; the warnings and the report name them. */
  readonly skipBad?: boolean | undefined;
  /** The most pixels that an image may have; 100 million by default. */
  readonly maxPixels?: number | undefined;
  /** Path of an HTML report to write as well. */
  readonly report?: string | undefined;
  /** Environment variables that name the cache folder; `process.env` by default. */
  readonly env?: Environment;
  /** Called when the data set is scanned: how its folders were read and what was found, in one sentence. */
  readonly onDataset?: (readAs: string) => void;
}

/** Every number of an evaluation, and what to know about them. */
export interface EvaluationResult extends Evaluation {
  /** What is missing from the data set or from the means. */
  readonly warnings: readonly string[];
  /** Why false-alarm rates were not tested; empty when they were. */
  readonly remarks: readonly string[];
}

/**
 * Measures a model on the test images of a data set: AUROC, AP, F1, AUPRO and more, for images and pixels, for each class and as means.
 * @param data a data set with test images, in any of the known layouts; undefined with `good`
 * @throws LtadError that names all bad images and masks before the first is encoded, or when the data set has no class of the model
 */
export async function evaluate(detector: Detector, data: string | undefined, options: EvaluateOptions = {}): Promise<EvaluationResult> {
  const { result, write } = await measureModel(detector, data, options);
  if (options.report !== undefined) await write.report(options.report);
  return result;
}

/** The numbers of a model, and how to write what belongs to them into files. */
export interface MeasuredModel {
  readonly result: EvaluationResult;
  readonly write: {
    /** An HTML page. */
    readonly report: (file: string) => Promise<void>;
    /** A table with the score of every image, which `ltad metrics` reads. */
    readonly scores: (file: string) => Promise<void>;
  };
}

/** {@link evaluate} without writing anything yet, so that the numbers can be shown before a full disk can lose them. */
export async function measureModel(detector: Detector, data: string | undefined, options: EvaluateOptions = {}): Promise<MeasuredModel> {
  const { classes = "folder", env = process.env, skipBad = false, maxPixels, signal, onProgress } = options;
  const job: JobOptions = { signal, onProgress };
  const cacheDir = resolve(options.cacheDir ?? cacheDirIn(env));
  const { evaluate: measure, leftOutImages, writeScores } = await import("@ltad/evaluate");
  const scanned = await openDataset(data, { ...options, needsTraining: false });
  options.onDataset?.(scanned.readAs);
  const { images: held, why } = await leftOutImages(detector, scanned);
  const files = filesOf(detector, scanned, held);
  const { bad, warnings } = await checkInputs(files, { ...job, cacheDir, root: scanned.root, skipBad, maxPixels });
  const known = await knownTestImages(detector.folder, scanned);
  const dataset = { ...withoutBad(scanned, bad), warnings: [...known, ...scanned.warnings, ...warnings] };
  const leftOut = new Map([...held].map(([name, items]) => [name, items.filter(({ file }) => !bad.has(file))]));
  const evaluated = await measure(detector, dataset, { cacheDir, classes, leftOut, maxPixels, ...job });
  return {
    result: {
      ...evaluated.evaluation,
      warnings: [...dataset.warnings, ...evaluated.warnings],
      remarks: why === undefined ? [] : [`False-alarm rates are not tested: ${why}`],
    },
    write: {
      async report(file) {
        const { writeReport } = await import("@ltad/evaluate/report");
        const words = [...(data === undefined ? [] : [data]), ...dataWords(options)];
        await writeReport(file, evaluated, { commands: await commandsOf(detector, words, classes), ...job });
      },
      scores: (file) => writeScores(file, evaluated),
    },
  };
}

function filesOf({ manifest }: Detector, dataset: Dataset, held: ReadonlyMap<string, readonly TrainItem[]>): FileToCheck[] {
  const names = new Set(manifest.classes.map(({ name }) => name));
  const known = dataset.classes.filter(({ name }) => names.has(name));
  return known.flatMap(({ name, test }) => [
    ...test.map(({ file, mask }): FileToCheck => ({ file, mask, depth: "full" })),
    ...(held.get(name) ?? []).map(({ file }): FileToCheck => ({ file, depth: "full" })),
  ]);
}

/** The test images that can be used; one whose mask cannot be used has none. */
function withoutBad(dataset: Dataset, bad: ReadonlySet<string>): Dataset {
  if (bad.size === 0) return dataset;
  const usable = (item: TestItem): TestItem[] => {
    if (bad.has(item.file)) return [];
    const { mask: _, ...rest } = item;
    return masksOf(item).some((mask) => bad.has(mask)) ? [rest] : [item];
  };
  return { ...dataset, classes: dataset.classes.map((entry) => ({ ...entry, test: entry.test.flatMap(usable) })) };
}

/** The command lines that make the model and the report again. */
async function commandsOf({ folder, manifest }: Detector, data: readonly string[], classes: "folder" | "predicted"): Promise<string[]> {
  const { preset, protocol, seed } = manifest;
  const trained =
    (await readTrainCommandLine(folder)) ??
    shellWords(["ltad", "train", ...data, "--protocol", protocol, "--seed", seed, "--preset", preset, "--out", folder]);
  return [trained, shellWords(["ltad", "eval", folder, ...data, "--report", ...(classes === "predicted" ? ["--class", "predicted"] : [])])];
}
