import type { HistoryRow } from "./run/history.js";

/** Seconds of each part of a training. */
export type TrainTiming = Readonly<
  Record<"weights" | "encode" | "statistics" | "phase1" | "whitening" | "phase2" | "calibrate" | "write", number>
>;

export interface TrainResult {
  /** The bundle. */
  readonly folder: string;
  readonly history: { readonly phase1: readonly HistoryRow[]; readonly phase2: readonly HistoryRow[]; readonly timing: TrainTiming };
  readonly timing: TrainTiming;
  /** What the user should know: classes with very few images. */
  readonly warnings: readonly string[];
}
