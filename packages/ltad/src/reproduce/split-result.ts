import { splitOrder } from "@ltad/data";
import type { SweepMetric, SweepResult } from "../sweep.js";
import type { ChosenSplit } from "./named-splits.js";
import type { PublishedPair, PublishedTable } from "./published-numbers.js";
import type { ReproductionPlan } from "./reproduce.js";

/** Our numbers on one split, and the published ones. */
export interface SplitResult {
  readonly split: string;
  readonly protocol: string;
  readonly preset: string;
  /** Whether the data set is the whole one of the paper; if not, the numbers cannot be compared. */
  readonly complete: boolean;
  /** What is missing, in sentences. */
  readonly missing: readonly string[];
  /** Classes from most to least training images. */
  readonly order: readonly string[];
  /** The first of them, whose mean is High. */
  readonly high: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Means over the seeds; null where a number is undefined. */
  readonly ours: Readonly<Record<Part, PublishedPair>>;
  /** Null for a split that the paper does not have. */
  readonly published: PublishedTable | null;
  /** One a seed. */
  readonly runs: readonly SweepResult[];
}

export const parts = ["avg", "high", "low"] as const;
export type Part = (typeof parts)[number];

const metrics: Readonly<Record<Part, Readonly<Record<"image" | "pixel", SweepMetric>>>> = {
  avg: { image: "image_auroc", pixel: "pixel_auroc" },
  high: { image: "high_image_auroc", pixel: "high_pixel_auroc" },
  low: { image: "low_image_auroc", pixel: "low_pixel_auroc" },
};

/** One number of every seed. */
export function valuesOf(runs: readonly SweepResult[], part: Part, kind: "image" | "pixel"): (number | null)[] {
  return runs.map((run) => run.metrics[metrics[part][kind]]);
}

export function resultOf({ benchmark, config, missing }: ReproductionPlan, chosen: ChosenSplit, runs: readonly SweepResult[]): SplitResult {
  const { name, protocol, split, high } = chosen;
  const pair = (part: Part): PublishedPair => ({ image: mean(valuesOf(runs, part, "image")), pixel: mean(valuesOf(runs, part, "pixel")) });
  return {
    split: name,
    protocol,
    preset: config.preset,
    complete: missing.length === 0,
    missing,
    order: splitOrder(split),
    high: high.length,
    counts: Object.fromEntries(split.classes.map(({ name: own, train }) => [own, train.length])),
    ours: { avg: pair("avg"), high: pair("high"), low: pair("low") },
    published: benchmark.published(name),
    runs,
  };
}

function mean(values: readonly (number | null)[]): number | null {
  return values.some((value) => value === null) ? null : values.reduce<number>((sum, value) => sum + value!, 0) / values.length;
}
