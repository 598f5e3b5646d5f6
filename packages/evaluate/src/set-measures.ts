import type { FalseAlarms } from "./false-alarms/false-alarms.js";
import type { Between, Interval, WorstClass } from "@ltad/metrics";

/** Metrics by name, null if one does not exist. */
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

/** Reasons in words, by class and then by metric. */
export type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** All numbers of a set of classes, as in files and in the output of `--json`. */
export interface SetMeasures {
  /** The classes from most to least training images. It is needed because objects in JSON do not keep the order of numeric keys. */
  readonly order: readonly string[];
  readonly summary: Readonly<Record<"avg" | "high" | "low", Numbers>>;
  readonly classes: Readonly<Record<string, Numbers>>;
  /** The worst class of each metric. */
  readonly worst: Readonly<Record<string, WorstClass | null>>;
  /** The metrics of all images of all classes together. Those of pixels come from histograms, and the exact numbers are within `pooled_bounds`. */
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
  /**
   * Why a number is null or a mean is over fewer classes: by class, "avg", "high", "low" or "pooled", then by metric. A class with one of the last
   * four names goes first; those of the means are always in `mean_reasons`.
   */
  readonly reasons: Reasons;
  readonly mean_reasons: Reasons;
  /** By class, from good images that neither trained the model nor test it; missing when there are none. */
  readonly calibration?: FalseAlarms;
}
