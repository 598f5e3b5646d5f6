import type { JobOptions } from "@ltad/core";
import type { DataOptions } from "../data-options.js";
import type { Environment } from "../environment.js";
import type { S3Options } from "@ltad/fleet";
import type { SplitOptions } from "../train-options.js";

/** What a plan computes. */
export type PlanKind = "statistics" | "score" | "evaluate";

export interface PlanOptions extends JobOptions, SplitOptions, DataOptions {
  /** Address of the store. */
  readonly store: string;
  /** For a store or data at an s3:// address. */
  readonly s3?: S3Options | undefined;
  readonly task: PlanKind;
  /** Images of a shard; 6000 by default, which take about three minutes on two cores. */
  readonly shardImages?: number | undefined;
  /** The model folder; for `score` and `evaluate`. */
  readonly model?: string | undefined;
  /** Whether the class of an image is that of its folder, or predicted; for `evaluate`. */
  readonly classes?: "folder" | "predicted" | undefined;
  /** Images of each class whose features the training gets; for `statistics`. */
  readonly sample?: number | undefined;
  readonly preset?: string | undefined;
  readonly config?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly tile?: number | undefined;
  readonly maxPixels?: number | undefined;
  readonly cacheDir?: string | undefined;
  readonly offline?: boolean | undefined;
  readonly env?: Environment;
}

/** About three minutes on two cores. */
export const shardImages = 6000;
