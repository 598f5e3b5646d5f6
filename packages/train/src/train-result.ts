import type { Turn } from "@ltad/data";
import type { FittedConfig } from "./config/fit-config.js";
import type { HistoryRow } from "./run/history.js";

/** Seconds of each part of a training. */
export type TrainTiming = Readonly<
  Record<"weights" | "encode" | "statistics" | "copies" | "phase1" | "phase2" | "calibrate" | "write", number>
>;

export interface TrainResult {
  /** The bundle. */
  readonly folder: string;
  /** The settings of the training, with those that follow from encoder and images. */
  readonly config: FittedConfig;
  readonly history: { readonly phase1: readonly HistoryRow[]; readonly phase2: readonly HistoryRow[]; readonly timing: TrainTiming };
  readonly timing: TrainTiming;
  /** The turned copies that joined small classes, by name. */
  readonly copies: Readonly<Record<string, readonly Turn[]>>;
  /** What the user should know: classes with very few images. */
  readonly warnings: readonly string[];
}
