import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobOptions } from "@ltad/core";
import { type ClassData, type Dataset, isGood, type Split } from "@ltad/data";
import type { FittedConfig, NeedsOptions } from "@ltad/train";
import type { TrainConfig } from "@ltad/train/config";
import type { HubSettings } from "../environment.js";
import type { Trials } from "./pace.js";
import { scoreTime, trial, type TrialRun, trialSplit } from "./trial.js";

export interface DryRunOptions extends JobOptions, HubSettings {
  readonly config: TrainConfig;
  /** Folder of encoder weights; the features of the dry run lie elsewhere and are removed again. */
  readonly cacheDir: string;
  readonly maxPixels?: number | undefined;
}

/** What a dry run measured on this machine. */
export interface DryRun {
  readonly trials: Trials;
  /** Seconds to score and measure one test image that is encoded. */
  readonly score: number;
  /** Peak memory of this process in bytes, and the images that it trained on. */
  readonly memory: number;
  readonly split: Split;
  /** What the size of a model follows from. */
  readonly sizes: NeedsOptions & { readonly config: FittedConfig };
}

const [few, more, steps, moreSteps] = [3, 12, 2, 8];

/**
 * Trains and measures some images of two classes, to find out what everything will take. Nothing of it is kept.
 * @throws LtadError as a training does: what is wrong with weights or settings is found before the work begins
 */
export async function dryRun(dataset: Dataset, options: DryRunOptions): Promise<DryRun> {
  const { prepareEncoding, textEncoderOf } = await import("@ltad/train");
  const folder = await mkdtemp(join(tmpdir(), "ltad-dry-run-"));
  try {
    const classes = triedClasses(dataset);
    const split = trialSplit(classes, more);
    const { encoder, config, spec, graph } = await prepareEncoding(split, options);
    const { maxPixels, signal } = options;
    const encoders = { image: encoder, text: await textEncoderOf(options) };
    const run: TrialRun = { config: options.config, encoders, classes, folder, maxPixels, signal };
    const sizes = [
      { images: few, steps, features: "warm" }, // loads and compiles what every training needs
      { images: few, steps, features: "few" },
      { images: more, steps, features: "more" },
      { images: more, steps: moreSteps, features: "more" },
    ];
    const trials: Trials[number][] = [];
    for (const [done, size] of sizes.entries()) {
      options.onProgress?.({ phase: "dry run", done, total: sizes.length + 1, unit: "trials" });
      trials.push(await trial(run, size));
    }
    const score = await scoreTime(run);
    options.onProgress?.({ phase: "dry run", done: sizes.length + 1, total: sizes.length + 1, unit: "trials" });
    const memory = 1024 * process.resourceUsage().maxRSS;
    return { trials: [trials[1]!, trials[2]!, trials[3]!], score, memory, split, sizes: { config, spec, graph: graph.byteLength } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The two largest classes that can be tested. */
function triedClasses({ classes }: Dataset): ClassData[] {
  const tested = classes.filter(({ test }) => test.some(isGood) && test.some((item) => !isGood(item)));
  return [...(tested.length > 0 ? tested : classes)].sort((a, b) => b.train.length - a.train.length).slice(0, 2);
}
