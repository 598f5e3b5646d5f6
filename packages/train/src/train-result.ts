import type { Turn } from "@ltad/data";
import type { FittedConfig } from "./config/fit-config.js";
import type { HistoryRow } from "./run/history.js";

/** How many seconds each part of a training took. */
export type TrainTiming = Readonly<
  Record<"weights" | "encode" | "statistics" | "copies" | "phase1" | "phase2" | "calibrate" | "write", number>
>;

/** The result of a training. */
export interface TrainResult {
  /** The folder of the bundle. */
  readonly folder: string;
  /** The settings of the training, including those that follow from the encoder and the images. */
  readonly config: FittedConfig;
  readonly history: { readonly phase1: readonly HistoryRow[]; readonly phase2: readonly HistoryRow[]; readonly timing: TrainTiming };
  readonly timing: TrainTiming;
  /** The turns whose copies were added to small classes, by the name of the class. */
  readonly copies: Readonly<Record<string, readonly Turn[]>>;
  /** Warnings for the user, such as classes with very few images. */
  readonly warnings: readonly string[];
}
