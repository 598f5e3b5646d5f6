import type { ClassDecision } from "./decisions/class-decisions.js";
import type { RateCheck } from "./decisions/rate-check.js";
import type { Numbers, SetMeasures } from "./set-measures.js";

/** Metrics by name, null if one is undefined. Every evaluation has these two. */
export type NamedMetrics = Numbers & { readonly image_auroc: number | null; readonly pixel_auroc: number | null };

/** The numbers that `ltad eval --json` prints. Other programs rely on them, so keys are added but never renamed. */
export interface Evaluation extends SetMeasures {
  readonly protocol: string;
  readonly seed: number;
  /** How many training images each class has. */
  readonly counts: Readonly<Record<string, number>>;
  readonly summary: Readonly<Record<"avg" | "high" | "low", NamedMetrics>>;
  readonly classes: Readonly<Record<string, NamedMetrics>>;
  /** How the limits of the model judge the test images, from most to least training images; missing for a model without limits. */
  readonly decisions?: readonly ClassDecision[];
  /** Whether the stated false-alarm rates hold over all classes; missing if none is stated or no good image was tested. */
  readonly false_alarm_check?: RateCheck;
  /** How many seconds each part took. */
  readonly timing: Readonly<Record<string, number>>;
}
