import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { checkOutFolder, csvRow, LtadError, sha256, writeFileAtomic } from "@ltad/core";
import { openDetector } from "@ltad/detector";
import { resolveConfig } from "@ltad/train/config";
import { measureModel } from "./evaluate.js";
import { readConfigFile } from "./read-config-file.js";
import { train } from "./train.js";
import type { TrainOptions } from "./train-options.js";

/** The options of a training, the seeds, and the settings to try. */
export interface SweepOptions extends Omit<TrainOptions, "seed" | "resume" | "force" | "onPlan"> {
  /** Seeds of each setting: 0, 1 and 2 by default. */
  readonly seeds?: readonly number[] | undefined;
  /** Settings and the values to try, as `key=value,value`; all combinations are trained. The key "preset" is the preset. */
  readonly grid?: readonly string[] | undefined;
  /** Called before each run, including runs that are already finished. */
  readonly onRun?: (run: SweepRun, place: { readonly number: number; readonly of: number; readonly isDone: boolean }) => void;
}

/** One training of a sweep. */
export interface SweepRun {
  readonly seed: number;
  /** The values of the grid. */
  readonly values: Readonly<Record<string, string>>;
  /** The model. */
  readonly folder: string;
}

/** Image and pixel AUROC, as means of all classes and of those with most and fewest images; null where one is undefined. */
export interface SweepResult extends SweepRun {
  readonly metrics: Readonly<Record<SweepMetric, number | null>>;
  /** Seconds of the training. */
  readonly seconds: number;
}

export const sweepMetrics = [
  "image_auroc",
  "pixel_auroc",
  "high_image_auroc",
  "high_pixel_auroc",
  "low_image_auroc",
  "low_pixel_auroc",
] as const;
export type SweepMetric = (typeof sweepMetrics)[number];

/**
 * Trains and measures every combination of settings and seeds, one after the other, and writes sweep.csv and sweep.json into `out`. A sweep that
 * was stopped continues: runs that are finished are not repeated, and a stopped training continues from its checkpoint.
 * @throws LtadError for a setting that is wrong, before the first training, and as `train` and `evaluate`
 */
export async function sweep(data: string | undefined, options: SweepOptions): Promise<readonly SweepResult[]> {
  const { out, seeds = [0, 1, 2], grid = [], onRun, ...settings } = options;
  const runs = await planSweep(data, { ...settings, out }, seeds, combinations(grid));
  await checkOutFolder(out);
  const results: SweepResult[] = [];
  for (const [place, { run, trained }] of runs.entries()) {
    const known = await readResult(run.folder);
    onRun?.(run, { number: place + 1, of: runs.length, isDone: known !== undefined });
    results.push({ ...run, ...(known ?? (await finish(data, trained))) });
    await writeTables(out, results);
  }
  return results;
}

/**
 * The runs of a sweep that are not finished.
 * @throws LtadError for a setting that is wrong
 */
export async function unfinishedRuns(data: string | undefined, options: SweepOptions): Promise<readonly SweepRun[]> {
  const { out, seeds = [0, 1, 2], grid = [], ...settings } = options;
  const runs = await planSweep(data, { ...settings, out }, seeds, combinations(grid));
  const known = await Promise.all(runs.map(({ run }) => readResult(run.folder)));
  return runs.flatMap(({ run }, place) => (known[place] === undefined ? [run] : []));
}

interface PlannedRun {
  readonly run: SweepRun;
  readonly trained: TrainOptions;
}

/** All runs, with settings that have been checked. A run is found again by a hash of everything that decides it. */
async function planSweep(
  data: string | undefined,
  settings: Omit<TrainOptions, "seed">,
  seeds: readonly number[],
  grid: readonly Readonly<Record<string, string>>[],
): Promise<PlannedRun[]> {
  const file = typeof settings.config === "string" ? await readConfigFile(settings.config) : (settings.config ?? {});
  const { protocol = "full", order, layout, goodNames, className, good, bad, tile, include } = settings;
  return grid.flatMap((values) => {
    const { preset = settings.preset, ...rest } = values;
    const set = [...(settings.set ?? []), ...Object.entries(rest).map(([key, value]) => `${key}=${value}`)];
    const config = resolveConfig({ preset, file, sets: set });
    return seeds.map((seed): PlannedRun => {
      const decided = {
        data: data && resolve(data),
        config,
        seed,
        protocol,
        order,
        layout,
        goodNames,
        className,
        good,
        bad,
        tile,
        include: include && resolve(include),
      };
      const folder = join(settings.out, `seed${seed}-${sha256(JSON.stringify(decided)).slice(0, 10)}`);
      return { run: { seed, values, folder }, trained: { ...settings, preset, config: file as object, set, seed, out: folder } };
    });
  });
}

/** Trains a run, from its checkpoint where there is one, and measures it. */
async function finish(data: string | undefined, options: TrainOptions): Promise<Pick<SweepResult, "metrics" | "seconds">> {
  const [isStopped, isTrained] = ["checkpoint/checkpoint.json", "model.json"].map((name) => existsSync(join(options.out, name)));
  if (isStopped || !isTrained) await train(data, { ...options, resume: isStopped });
  const detector = await openDetector(options.out);
  try {
    const { result } = await measureModel(detector, data, options);
    const { avg, high, low } = result.summary;
    const metrics = {
      image_auroc: avg.image_auroc,
      pixel_auroc: avg.pixel_auroc,
      high_image_auroc: high.image_auroc,
      high_pixel_auroc: high.pixel_auroc,
      low_image_auroc: low.image_auroc,
      low_pixel_auroc: low.pixel_auroc,
    };
    const found = { metrics, seconds: await secondsOf(options.out) };
    await writeFileAtomic(join(options.out, resultFile), `${JSON.stringify(found)}\n`);
    return found;
  } finally {
    await detector.dispose();
  }
}

const resultFile = "sweep-result.json";

async function readResult(folder: string): Promise<Pick<SweepResult, "metrics" | "seconds"> | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, resultFile), "utf8")) as Pick<SweepResult, "metrics" | "seconds">;
  } catch {
    return undefined; // not finished
  }
}

async function secondsOf(folder: string): Promise<number> {
  const { timing } = JSON.parse(await readFile(join(folder, "history.json"), "utf8")) as { timing: Record<string, number> };
  return Object.values(timing).reduce((sum, part) => sum + part, 0);
}

async function writeTables(out: string, results: readonly SweepResult[]): Promise<void> {
  const keys = Object.keys(results[0]!.values);
  const rows = results.map(({ seed, values, metrics, seconds, folder }) => [
    seed,
    ...keys.map((key) => values[key]),
    ...sweepMetrics.map((name) => metrics[name]),
    seconds,
    folder,
  ]);
  await writeFileAtomic(join(out, "sweep.csv"), [["seed", ...keys, ...sweepMetrics, "seconds", "folder"], ...rows].map(csvRow).join(""));
  await writeFileAtomic(join(out, "sweep.json"), `${JSON.stringify(results, null, 2)}\n`);
}

/** Every choice of one value of each setting. @throws LtadError `LTAD_CONFIG` for what is no list of values, or a setting that is named twice */
export function combinations(grid: readonly string[]): Record<string, string>[] {
  const axes = grid.map((text) => {
    const at = text.indexOf("=");
    const [key, values] = [text.slice(0, at).trim(), valuesOf(text.slice(at + 1))];
    if (at < 1 || key === "" || values.some((value) => value === ""))
      throw new LtadError("LTAD_CONFIG", `--grid: expected key=value,value such as whitening.ridge=0.01,0.1, received ${text}.`);
    return { key, values };
  });
  const twice = axes.find(({ key }, place) => axes.findIndex((other) => other.key === key) !== place);
  if (twice) throw new LtadError("LTAD_CONFIG", `--grid: ${twice.key} is given twice. Give all of its values together.`);
  return axes.reduce<Record<string, string>[]>(
    (all, { key, values }) => all.flatMap((before) => values.map((value) => ({ ...before, [key]: value }))),
    [{}],
  );
}

/** Values between commas; a comma inside brackets is part of a value, such as [2,3]. */
function valuesOf(text: string): string[] {
  return text.split(/,(?![^[\]]*\])/).map((value) => value.trim());
}
