import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { checkOutFolder, sha256, version, writeFileAtomic } from "@ltad/core";
import type { Dataset } from "@ltad/data";
import { resolveConfig, type TrainConfig } from "@ltad/train/config";
import { openDataset } from "../data-options.js";
import { cacheDirIn, hubSettings } from "../environment.js";
import { readConfigFile } from "../read-config-file.js";
import { sweep, type SweepOptions, unfinishedRuns } from "../sweep.js";
import type { TrainOptions } from "../train-options.js";
import type { BenchmarkName } from "./benchmark-names.js";
import { type Benchmark, benchmarks } from "./benchmarks.js";
import { checkBenchmark } from "./check-benchmark.js";
import { type DryRun, dryRun } from "./dry-run.js";
import { type Estimate, estimate } from "./estimate.js";
import { type ChosenSplit, chooseSplits, folderOf, readSplitNames } from "./named-splits.js";
import { resultOf, type SplitResult } from "./split-result.js";

type Settings = "preset" | "config" | "set" | "order" | "links" | "maxPixels" | "cacheDir" | "offline" | "env" | "signal" | "onProgress";

export interface ReproduceOptions extends Pick<TrainOptions, Settings>, Pick<SweepOptions, "onRun"> {
  /** The data set of the paper, as it is distributed. */
  readonly data: string;
  /** Folder of the models and of reproduce.json. */
  readonly out: string;
  /** `exp100`, the path of a list of images, or `exp100=FILE` for a list of that name. */
  readonly splits: readonly string[];
  /** Seeds of each split; 0 by default. */
  readonly seeds?: readonly number[] | undefined;
  /** End after the plan. */
  readonly dryRun?: boolean | undefined;
  /** Called before the first training, with what it will take. */
  readonly onPlan?: (plan: ReproductionPlan) => void;
  /** Called when all seeds of a split are measured. */
  readonly onSplit?: (result: SplitResult) => void;
}

/** What a reproduction is going to do. */
export interface ReproductionPlan {
  readonly benchmark: Benchmark;
  readonly config: TrainConfig;
  readonly dataset: Dataset;
  /** What the data set lacks, in sentences; none for the whole one. */
  readonly missing: readonly string[];
  readonly splits: readonly ChosenSplit[];
  /** Undefined when everything is finished. */
  readonly estimate: Estimate | undefined;
}

export interface Reproduction extends ReproductionPlan {
  /** One a split; none with `dryRun`. */
  readonly results: readonly SplitResult[];
}

/**
 * Trains and measures the long-tailed splits of the paper, and puts the numbers beside the published ones. What was stopped goes on where it was.
 * @throws LtadError for another data set than the paper's, and as `train` and `evaluate`
 */
export async function reproduce(name: BenchmarkName, options: ReproduceOptions): Promise<Reproduction> {
  const plan = await planReproduction(benchmarks[name], options);
  options.onPlan?.(plan);
  const results: SplitResult[] = [];
  for (const chosen of options.dryRun ? [] : plan.splits) {
    const runs = await sweep(options.data, sweepOptions(chosen, options));
    const result = resultOf(plan, chosen, runs);
    results.push(result);
    options.onSplit?.(result);
    await writeFileAtomic(join(options.out, "reproduce.json"), `${JSON.stringify({ benchmark: name, results }, null, 2)}\n`);
  }
  return { ...plan, results };
}

async function planReproduction(benchmark: Benchmark, options: ReproduceOptions): Promise<ReproductionPlan> {
  const { data, links, signal, order, seeds = [0], preset, config: given, set } = options;
  const names = readSplitNames(options.splits);
  const file = typeof given === "string" ? await readConfigFile(given) : (given ?? {});
  const config = resolveConfig({ preset, file, sets: set ?? [] });
  const dataset = await openDataset(data, { links, signal });
  const missing = checkBenchmark(benchmark, dataset);
  const splits = await chooseSplits(names, dataset, benchmark, { order, seed: seeds[0] ?? 0 });
  if (!options.dryRun) await checkOutFolder(options.out);
  const open: (ChosenSplit & { readonly open: number })[] = [];
  for (const split of splits) open.push({ ...split, open: (await unfinishedRuns(data, sweepOptions(split, options))).length });
  const isDone = open.every((split) => split.open === 0);
  const plan = { benchmark, config, dataset, missing, splits };
  return { ...plan, estimate: isDone ? undefined : await estimate(await measured(plan, options), dataset, open) };
}

function sweepOptions({ name, protocol, order }: ChosenSplit, options: ReproduceOptions): SweepOptions {
  const { out, seeds = [0], preset, config, set, links, maxPixels, cacheDir, offline, env, signal, onProgress, onRun } = options;
  const settings = { preset, config, set, links, maxPixels, cacheDir, offline, signal, onProgress, ...(env && { env }) };
  return { ...settings, protocol, order, seeds, out: join(out, folderOf(name)), ...(onRun && { onRun }) };
}

/** A dry run, or what an earlier one measured for the same settings, which a reproduction that goes on finds in its folder. */
async function measured({ config, dataset }: Pick<ReproductionPlan, "config" | "dataset">, options: ReproduceOptions): Promise<DryRun> {
  const { out, env = process.env, signal, onProgress, maxPixels } = options;
  const place = join(out, "dry-run.json");
  const key = sha256(JSON.stringify([version, dataset.root, config]));
  const known = await readFile(place, "utf8").then(
    (text) => JSON.parse(text) as { key: string; found: DryRun },
    () => undefined,
  );
  if (known?.key === key) return known.found;
  const hub = hubSettings(env);
  const cacheDir = resolve(options.cacheDir ?? cacheDirIn(env));
  const found = await dryRun(dataset, { ...hub, offline: options.offline ?? hub.offline, config, cacheDir, signal, onProgress, maxPixels });
  if (!options.dryRun) await writeFileAtomic(place, JSON.stringify({ key, found }));
  return found;
}
