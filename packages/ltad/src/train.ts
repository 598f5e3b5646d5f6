import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type JobOptions, throwIfAborted, writeFileAtomic } from "@ltad/core";
import { checkDataset, longTail } from "@ltad/data";
import { resolveConfig } from "@ltad/train/config";
import { openDataset } from "./data-options.js";
import { cacheDirIn, hubSettings } from "./environment.js";
import { readConfigFile } from "./read-config-file.js";
import { trainCommandLine } from "./train-command-line.js";
import type { TrainOptions, TrainPlan } from "./train-options.js";

/** What a training leaves behind. */
export interface TrainResult {
  /** The model, for {@link openDetector}. */
  readonly folder: string;
  /** Seconds of each part of the work. */
  readonly timing: Readonly<Record<string, number>>;
  /** Classes with few images that also learn from turned copies of them, and which: mirror, flip, 180, 90, 270. */
  readonly copies: Readonly<Record<string, readonly string[]>>;
  /** What to know before trusting the model, such as classes with very few images. */
  readonly warnings: readonly string[];
}

/**
 * Trains one model on all classes of a data set and writes it as a folder.
 * @param data a data set in any of the known layouts, or a table of images; undefined with `good`
 * @throws LtadError for faults in data, settings or on disk; `LTAD_ABORTED` when the signal fires, which leaves a checkpoint in `out`
 */
export async function train(data: string | undefined, options: TrainOptions): Promise<TrainResult> {
  const { out, signal, onProgress, resume = false, env = process.env } = options;
  const plan = await planTraining(data, options);
  options.onPlan?.(plan);
  const { train: runTraining } = await import("@ltad/train");
  const hub = hubSettings(env);
  const { config, timing, copies, warnings } = await runTraining({
    ...hub,
    split: plan.split,
    seed: plan.split.seed,
    config: plan.config,
    out,
    cacheDir: resolve(options.cacheDir ?? cacheDirIn(env)),
    offline: options.offline ?? hub.offline,
    resume,
    signal,
    onProgress,
  });
  await writeConfig(data, options, config);
  return { folder: out, timing, copies, warnings };
}

async function planTraining(data: string | undefined, options: TrainOptions): Promise<TrainPlan> {
  const { signal, onProgress, protocol = "full", order, holdOut, seed = 0 } = options;
  const file = typeof options.config === "string" ? await readConfigFile(options.config) : (options.config ?? {});
  const config = resolveConfig({
    preset: options.preset,
    file,
    sets: [...(options.set ?? []), ...(options.tile === undefined ? [] : [`features.tile=${options.tile}`])],
  });
  const dataset = await openDataset(data, options);
  const split = await longTail(dataset, { protocol, order, holdOut, seed });
  const job: JobOptions = { signal, onProgress };
  await checkDataset(dataset, job);
  throwIfAborted(signal);
  return { split, config, readAs: dataset.readAs, warnings: [...dataset.warnings, ...(split.warnings ?? [])] };
}

/** Writes config.yaml beside the model, and removes the numbers of the model that was there before. */
async function writeConfig(data: string | undefined, options: TrainOptions, config: object): Promise<void> {
  const { configYaml } = await import("@ltad/evaluate/report");
  for (const outdated of ["metrics.json", "metrics.csv", "report.html"]) await rm(join(options.out, outdated), { force: true });
  await writeFileAtomic(join(options.out, "config.yaml"), `# ${trainCommandLine(data, options)}\n${configYaml(config)}`);
}
