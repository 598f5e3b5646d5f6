import type { ClassCurves } from "../decisions/class-curves.js";
import type { Evaluation } from "../evaluation.js";

/** One step of a phase in the history of a training: the step and named numbers. */
export type HistoryPoint = Readonly<Record<string, number>>;

/** Why a picture is shown. */
export type PictureRole = "found" | "missed" | "suspected" | "typical";

/** A test image with its mask and its heat map. */
export interface Picture {
  readonly role: PictureRole;
  readonly file: string;
  readonly score: number;
  /** Width by height of all three pictures. */
  readonly width: number;
  readonly height: number;
  /** Data URI of the image. */
  readonly image: string;
  /** Data URI of the image under its heat map. */
  readonly heat: string;
  /** SVG path around the defects in pixels of `image`; null when there is no mask. */
  readonly outline: string | null;
}

/** What the report says about one class. */
export interface ClassReport {
  readonly name: string;
  /** In the first half of the order, rounded up. */
  readonly majority: boolean;
  readonly trained: number;
  /** Image scores of the test side. */
  readonly good: readonly number[];
  readonly defect: readonly number[];
  readonly pictures: readonly Picture[];
  /** Absent from models without limits. */
  readonly limit?: number;
  readonly curves: ClassCurves;
}

/** A picture that may be of any class. */
export interface ClassPicture extends Picture {
  readonly class: string;
}

/** The mistakes that are furthest on the wrong side of their limits, worst first. */
export interface WorstReport {
  readonly missed: readonly ClassPicture[];
  readonly alarms: readonly ClassPicture[];
}

/** Everything the report shows. */
export interface ReportData {
  /** Name of the dataset folder. */
  readonly dataset: string;
  /** ISO date and time. */
  readonly made: string;
  readonly evaluation: Evaluation;
  /** From most to least training images. */
  readonly classes: readonly ClassReport[];
  readonly worst: WorstReport;
  readonly history: Readonly<Record<string, readonly HistoryPoint[]>>;
  /** Seconds of each part of the training. */
  readonly trainingTiming: Readonly<Record<string, number>>;
  /** The resolved config as YAML. */
  readonly config: string;
  /** Command lines that make this again. */
  readonly commands: readonly string[];
  /** Things to know before trusting a number. */
  readonly warnings: readonly string[];
  /** Versions of programs. */
  readonly versions: Readonly<Record<string, string>>;
}
