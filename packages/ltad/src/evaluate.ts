import { resolve } from "node:path";
import type { JobOptions } from "@ltad/core";
import type { Detector } from "@ltad/detector";
import type { Evaluation } from "@ltad/evaluate";
import { type DataOptions, dataWords, openDataset } from "./data-options.js";
import { cacheDirIn, type Environment } from "./environment.js";
import { shellWords } from "./shell-words.js";
import { readTrainCommandLine } from "./train-command-line.js";

export interface EvaluateOptions extends JobOptions, DataOptions {
  /** Whether the model is told the class of a test image, which is its folder (the default), or predicts it. */
  readonly classes?: "folder" | "predicted" | undefined;
  /** Folder of the features of the test images; {@link defaultCacheDir} by default. */
  readonly cacheDir?: string | undefined;
  /** Path of an HTML report to write as well. */
  readonly report?: string | undefined;
  /** The variables that tell the cache; `process.env` by default. */
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
 * @throws LtadError of a bad image or mask, or when the data set has no class of the model
 */
export async function evaluate(detector: Detector, data: string | undefined, options: EvaluateOptions = {}): Promise<EvaluationResult> {
  const { classes = "folder", cacheDir, report, env = process.env, signal, onProgress } = options;
  const job: JobOptions = { signal, onProgress };
  const { evaluate: measure, leftOutImages } = await import("@ltad/evaluate");
  const dataset = await openDataset(data, options);
  options.onDataset?.(dataset.readAs);
  const { images: leftOut, why } = await leftOutImages(detector, dataset);
  const evaluated = await measure(detector, dataset, { cacheDir: resolve(cacheDir ?? cacheDirIn(env)), classes, leftOut, ...job });
  if (report !== undefined) {
    const { writeReport } = await import("@ltad/evaluate/report");
    await writeReport(report, evaluated, {
      commands: await commandsOf(detector, [...(data === undefined ? [] : [data]), ...dataWords(options)], classes),
      ...job,
    });
  }
  return {
    ...evaluated.evaluation,
    warnings: [...dataset.warnings, ...evaluated.warnings],
    remarks: why === undefined ? [] : [`False-alarm rates are not tested: ${why}`],
  };
}

/** The command lines that make the model and the report again. */
async function commandsOf({ folder, manifest }: Detector, data: readonly string[], classes: "folder" | "predicted"): Promise<string[]> {
  const { preset, protocol, seed } = manifest;
  const trained =
    (await readTrainCommandLine(folder)) ??
    shellWords(["ltad", "train", ...data, "--protocol", protocol, "--seed", seed, "--preset", preset, "--out", folder]);
  return [trained, shellWords(["ltad", "eval", folder, ...data, "--report", ...(classes === "predicted" ? ["--class", "predicted"] : [])])];
}
