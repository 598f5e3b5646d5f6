import type { FalseAlarms } from "./false-alarms/false-alarms.js";
import type { Between, Interval, WorstClass } from "@ltad/metrics";

/** Metrics by name, null where one does not exist. */
export type Numbers = Readonly<Record<string, number | null>>;

/** How many images and pixels a class was tested on. */
export interface TestCounts {
  readonly good: number;
  readonly defective: number;
  readonly regions: number;
  readonly defect_pixels: number;
  readonly good_pixels: number;
}

/** Bootstrap intervals of one metric over the test images. */
export interface Intervals {
  readonly avg: Interval | null;
  readonly high: Interval | null;
  readonly low: Interval | null;
  readonly classes: Readonly<Record<string, Interval | null>>;
}

/** Every number of a set of classes, as files and `--json` have it. */
export interface SetMeasures {
  readonly summary: Readonly<Record<"avg" | "high" | "low", Numbers>>;
  readonly classes: Readonly<Record<string, Numbers>>;
  /** The worst class of each metric. */
  readonly worst: Readonly<Record<string, WorstClass | null>>;
  /** All images of all classes in one list; pixels by histograms, so within `pooled_bounds` of the exact number. */
  readonly pooled: Numbers;
  readonly pooled_bounds: Readonly<Record<string, Between>>;
  readonly test_counts: Readonly<Record<string, TestCounts>>;
  readonly pooled_counts: TestCounts;
  readonly intervals: {
    readonly confidence: number;
    readonly repeats: number;
    readonly seed: number;
    readonly image_auroc: Intervals;
    readonly image_ap: Intervals;
  };
  /** Why a number is null or a mean is over fewer classes: by class, "avg", "high", "low" or "pooled", then by metric. */
  readonly reasons: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** By class, from good images that neither trained the model nor test it; missing when there are none. */
  readonly calibration?: FalseAlarms;
}
