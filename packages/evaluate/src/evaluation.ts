import type { ClassDecision } from "./decisions/class-decisions.js";
import type { RateCheck } from "./decisions/rate-check.js";
import type { Numbers, SetMeasures } from "./set-measures.js";

/** Metrics by name, null where one is undefined; every evaluation has these two. */
export type NamedMetrics = Numbers & { readonly image_auroc: number | null; readonly pixel_auroc: number | null };

/** What `ltad eval --json` prints. Other programs rely on it: keys are added, never renamed. */
export interface Evaluation extends SetMeasures {
  readonly protocol: string;
  readonly seed: number;
  /** Training images of each class. */
  readonly counts: Readonly<Record<string, number>>;
  readonly summary: Readonly<Record<"avg" | "high" | "low", NamedMetrics>>;
  readonly classes: Readonly<Record<string, NamedMetrics>>;
  /** What the limits of the model do to the test images, from most to least training images; missing for a model without limits. */
  readonly decisions?: readonly ClassDecision[];
  /** Whether the stated rates of false alarms hold over all classes; missing where none is stated or no good image was tested. */
  readonly false_alarm_check?: RateCheck;
  /** Seconds of each part of the work. */
  readonly timing: Readonly<Record<string, number>>;
}
