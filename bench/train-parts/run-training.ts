import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { asJavaScript } from "../as-javascript.js";
import type { TrainTiming } from "@ltad/train";

export interface Training {
  readonly images: number;
  readonly timing: TrainTiming;
  /** Seconds from the start of the process; without training steps, none. */
  readonly firstStep?: number;
  readonly seconds: number;
  readonly peakMb: number;
  /** Microseconds of the monotonic clock. */
  readonly began: number;
}

export interface TrainingPlaces {
  readonly data: string;
  /** Holds the cache and, while it runs, the model. */
  readonly folder: string;
  /** Settings. */
  readonly sets: readonly string[];
  /** Where its threads write their profiles; without it they write none. */
  readonly profiles?: string;
}

/** One training in a process of its own, whose model is removed. */
export async function runTraining({ data, folder, sets, profiles }: TrainingPlaces): Promise<Training> {
  const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const places = ["--data", data, "--cache", join(folder, "cache"), "--out", join(folder, "model")];
  const profiled =
    profiles === undefined ? [] : ["--cpu-prof", "--cpu-prof-dir", profiles, "--import", pathOf("flames/profiled-runtime.mjs")];
  const settings = sets.flatMap((set) => ["--set", set]);
  const args = [...profiled, await asJavaScript(new URL("train.ts", import.meta.url)), ...places, ...settings];
  const env = { ...process.env, LTAD_BENCH_FLAMES: profiles };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  await rm(join(folder, "model"), { recursive: true });
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Training;
}
