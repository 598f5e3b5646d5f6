import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { checkOutFolder, type JobOptions, LtadError, throwIfAborted, writeFileAtomic } from "@ltad/core";
import { type Dataset, type FileToCheck, longTail, type Split, splitOrder } from "@ltad/data";
import { count, plural } from "@ltad/core/format";
import type { EncodedSplit } from "@ltad/train";
import { resolveConfig } from "@ltad/train/config";
import { checkInputs } from "./check-inputs.js";
import { openDataset } from "./data-options.js";
import { cacheDirIn, hubSettings } from "./environment.js";
import { withIncludeMasks } from "./include-masks.js";
import { openTrainingLog } from "./log/training-log.js";
import { readConfigFile } from "./read-config-file.js";
import { settingPairs } from "./setting-pairs.js";
import { trainCommandLine } from "./train-command-line.js";
import { checkTrainingFolder, lockTrainingFolder, roomForModel } from "./training-folder.js";
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
  const { encoded, ...plan } = options.from === undefined ? await planTraining(data, options) : await planFromMerged(options.from, options);
  options.onPlan?.(plan);
  const { train: runTraining } = await import("@ltad/train");
  const hub = hubSettings(env);
  const { wasForced, unlock } = await lockTrainingFolder(out, options.force);
  try {
    const log = await openTrainingLog({ options, plan });
    const training = runTraining({
      ...hub,
      split: plan.split,
      ...(encoded && { encoded }),
      seed: plan.split.seed,
      config: plan.config,
      out,
      cacheDir: resolve(options.cacheDir ?? cacheDirIn(env)),
      offline: options.offline ?? hub.offline,
      resume,
      force: wasForced,
      budget: options.budget,
      onNote: (note) => options.onNote?.(note),
      maxPixels: options.maxPixels,
      signal,
      onProgress(step) {
        log.progress(step);
        onProgress?.(step);
      },
      onModel: (config) => writeConfig(data, options, { config, split: plan.split }),
    });
    const notes = await training.then(
      () => log.end(),
      (error: unknown) => log.end(error),
    );
    const { timing, copies, warnings } = await training;
    return { folder: out, timing, copies, warnings: [...warnings, ...notes] };
  } finally {
    await unlock();
  }
}

/** A plan, and the images where other machines have encoded them. */
interface Planned extends TrainPlan {
  readonly encoded?: EncodedSplit;
}

/** The training that a merged folder is for. Its own settings are those of the plan, unless others are given. */
async function planFromMerged(from: string, options: TrainOptions): Promise<Planned> {
  const { readMerged } = await import("@ltad/fleet");
  if (options.include !== undefined)
    throw new LtadError(
      "LTAD_CONFIG",
      `--include: ${from} has statistics of whole images. Train on the data set itself to ignore parts of the images.`,
    );
  const { preset } = options;
  const merged = await readMerged(from);
  const given = typeof options.config === "string" ? await readConfigFile(options.config) : options.config;
  const file = given ?? (preset === undefined ? merged.info.task.config : {});
  const config = resolveConfig({ preset, file, sets: settingPairs(options) });
  checkTrainingFolder(options.out, { resume: options.resume ?? false, force: options.force ?? false });
  await checkOutFolder(options.out, roomForModel);
  const { bad, classes } = merged.info;
  const sampled = classes.reduce((sum, { sample }) => sum + sample.length, 0);
  const images = classes.reduce((sum, own) => sum + own.images, 0);
  const left = bad.length === 0 ? [] : [`${plural(bad.length, "image")} could not be used: ${named(bad.map(({ id }) => id))}.`];
  return {
    split: merged.split,
    config,
    readAs: `${from}: statistics of ${plural(images, "image")}, features of ${count(sampled)} of them.`,
    warnings: left,
    encoded: merged,
  };
}

const mostNamed = 10;

function named(ids: readonly string[]): string {
  return ids.length <= mostNamed ? ids.join(", ") : `${ids.slice(0, mostNamed).join(", ")} and ${count(ids.length - mostNamed)} more`;
}

async function planTraining(data: string | undefined, options: TrainOptions): Promise<Planned> {
  const { signal, onProgress, protocol = "full", order, seed = 0 } = options;
  const file = typeof options.config === "string" ? await readConfigFile(options.config) : (options.config ?? {});
  const config = resolveConfig({
    preset: options.preset,
    file,
    sets: settingPairs(options),
  });
  checkTrainingFolder(options.out, { resume: options.resume ?? false, force: options.force ?? false });
  await checkOutFolder(options.out, roomForModel);
  const dataset = await openDataset(data, options);
  const chosen = await longTail(dataset, { protocol, order, seed });
  const split = { ...chosen, classes: await withIncludeMasks(chosen.classes, options.include) };
  const job: JobOptions = { signal, onProgress };
  const cacheDir = resolve(options.cacheDir ?? cacheDirIn(options.env ?? process.env));
  const { bad, warnings } = await checkInputs(filesOf(split, dataset), {
    ...job,
    cacheDir,
    root: dataset.root,
    skipBad: options.skipBad ?? false,
    maxPixels: options.maxPixels,
  });
  throwIfAborted(signal);
  const notes = [...dataset.warnings, ...(split.warnings ?? []), ...warnings];
  const hasTests = dataset.classes.some(({ test }) => test.length > 0);
  return { split: withoutBad(split, bad), config, readAs: dataset.readAs, warnings: notes, hasTests };
}

/** Every image that trains, and the headers of all others, of which a fault is better known before a long training than after it. */
function filesOf({ classes }: Split, dataset: Dataset): FileToCheck[] {
  const used = new Set(classes.flatMap(({ train: items }) => items.map(({ file }) => file)));
  return dataset.classes.flatMap(({ train: items, test }) => [
    ...items.map(({ file }): FileToCheck => ({ file, depth: used.has(file) ? "full" : "header" })),
    ...test.map((item): FileToCheck => ({ file: item.file, mask: item.mask, depth: "header" })),
  ]);
}

/** @throws LtadError `LTAD_DATA` when no image of a class is left */
function withoutBad(split: Split, bad: ReadonlySet<string>): Split {
  const classes = split.classes.map((entry) => ({ ...entry, train: entry.train.filter(({ file }) => !bad.has(file)) }));
  const empty = classes.filter(({ train: items }) => items.length === 0).map(({ name }) => name);
  if (empty.length === 0) return { ...split, classes };
  throw new LtadError(
    "LTAD_DATA",
    `no training image of ${empty.join(", ")} can be used. Repair the images, or remove the class from the data set.`,
  );
}

/** Writes config.yaml beside the model, and removes the numbers of the model that was there before. */
async function writeConfig(
  data: string | undefined,
  options: TrainOptions,
  { config, split }: { readonly config: object; readonly split: Split },
): Promise<void> {
  const { configYaml } = await import("@ltad/evaluate/report");
  for (const outdated of ["metrics.json", "metrics.csv", "scores.csv", "report.html"])
    await rm(join(options.out, outdated), { force: true });
  await writeFileAtomic(
    join(options.out, "config.yaml"),
    `# ${trainCommandLine(data, options)}\n# order: ${JSON.stringify(splitOrder(split))}\n${configYaml(config)}`,
  );
}
