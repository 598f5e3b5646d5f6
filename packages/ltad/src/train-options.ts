import type { JobOptions } from "@ltad/core";
import type { Split } from "@ltad/data";
import type { TrainConfig } from "@ltad/train/config";
import type { DataOptions } from "./data-options.js";

/** Which training images are used. */
export interface SplitOptions {
  /** "full" (the default), a long-tailed protocol such as "exp100" or "step200", or the path of a list file. */
  readonly protocol?: string | undefined;
  /** Class names from most to least training images, or "size"; a list file's own order by default, else "size". */
  readonly order?: "size" | readonly string[] | undefined;
  /** Seed of everything random: 0 by default. */
  readonly seed?: number | undefined;
}

/** What is trained, with which settings, and where the model goes. */
export interface TrainOptions extends JobOptions, SplitOptions, DataOptions {
  /** Folder that the model is written to; while training it holds a checkpoint. */
  readonly out: string;
  /** The settings to start from: "recommended" (the default), "fast" or "paper". */
  readonly preset?: string | undefined;
  /** Settings that differ from the preset: an object, or the path of a YAML or JSON file. */
  readonly config?: string | object | undefined;
  /** Single settings as `key=value`, such as "detect.steps=200"; they take precedence over `config`. */
  readonly set?: readonly string[] | undefined;
  /** Side in pixels of the tiles in which large images are encoded, which shows small defects; the setting `features.tile`. */
  readonly tile?: number | undefined;
  /** A folder with masks, CLASS.png, of the part of the images that is judged: the rest is ignored, in training and by the model. */
  readonly include?: string | undefined;
  /** A folder that `ltad merge` wrote, in place of data: its statistics and samples, its images and its settings, which `preset`, `config` and `set` may change. */
  readonly from?: string | undefined;
  /** Continue from the checkpoint that an aborted training left in `out`. */
  readonly resume?: boolean | undefined;
  /** Start over where `out` holds a checkpoint or a finished model; without it, those are kept and the training is refused. */
  readonly force?: boolean | undefined;
  /** Continue without images that cannot be read; the plan's warnings name them. */
  readonly skipBad?: boolean | undefined;
  /** The most pixels that an image may have; 100 million by default. */
  readonly maxPixels?: number | undefined;
  /** Seconds for the whole training: it makes as many of its steps as fit. */
  readonly budget?: number | undefined;
  /** Write event files for TensorBoard into `out`, beside `log.jsonl`. */
  readonly tensorboard?: boolean | undefined;
  /** Address of an MLflow server that records the training, such as http://127.0.0.1:5000. */
  readonly mlflow?: string | undefined;
  /** Folder of encoder weights and features; {@link defaultCacheDir} by default. */
  readonly cacheDir?: string | undefined;
  /** Make no network request. */
  readonly offline?: boolean | undefined;
  /** Environment variables that name the cache folder and the hub; `process.env` by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called when data and settings are checked, before the first image is encoded. */
  readonly onPlan?: (plan: TrainPlan) => void;
  /** Called with what is decided on the way, such as the number of steps that fit into a budget, in a sentence. */
  readonly onNote?: (note: string) => void;
}

/** What a training is going to do. */
export interface TrainPlan {
  readonly split: Split;
  readonly config: TrainConfig;
  /** How the folders were read and what was found, in one sentence. */
  readonly readAs: string;
  /** What is unusual about the data set, in sentences. */
  readonly warnings: readonly string[];
  /** Whether there are test images; undefined where only statistics of the data set are known. */
  readonly hasTests?: boolean | undefined;
}
