import { calibrate } from "../bundle/calibrate.js";
import type { GoodImage } from "../bundle/good-scores.js";
import { stepsWithin } from "../config/fit-steps.js";
import type { HeadConfig } from "../head/head.js";
import { headConfig } from "../head/head-config.js";
import type { HeadArrays, TrainedHead } from "../head/head-graph.js";
import { type LearnedNames, learnNames } from "../phase1/learn-names.js";
import { learnToDetect } from "../phase2/learn-to-detect.js";
import type { TrainOptions } from "../train-options.js";
import type { TrainResult } from "../train-result.js";
import { openCheckpoint } from "./checkpoint.js";
import type { ClosedForm } from "./closed-form.js";
import type { PhaseJob } from "./complete-phase.js";
import { type Clock, jobOf, type Run } from "./open-run.js";
import type { Training } from "./training.js";

/** Everything that a training has computed from its images. */
export interface LearnedModel {
  readonly head: HeadConfig;
  readonly arrays: HeadArrays;
  /** Class names, and the VAE when it was trained; none where no module reads text. */
  readonly learned: LearnedNames["learned"] | undefined;
  /** Good images, scored by statistics that do not know them. */
  readonly good: readonly GoodImage[];
  readonly history: Pick<TrainResult["history"], "phase1" | "phase2">;
}

/** Phase 1, phase 2 and calibration, from the checkpoint on if there is one. */
export async function learnModel(
  run: Run,
  { set, sums, folds, statistics }: ClosedForm,
  options: TrainOptions,
  clock: Clock,
): Promise<LearnedModel> {
  const { config, spec, text } = run;
  const job = jobOf(options);
  const checkpoint = await openCheckpoint(run.checkpoint, run.fingerprint, options.resume ?? false);
  const training: Training = { set, spec, config, seed: options.seed, statistics };
  const phases: PhaseJob = { ...job, stepsOf: stepsWithin(options, config, { folder: run.checkpoint, clock }) };
  const names = text && (await learnNames({ ...training, text }, checkpoint, phases));
  clock.lap("phase1");
  const head = headConfig(config, spec, text?.size ?? 0);
  const { params: detector, history: phase2 } = await learnToDetect(training, { head, ...names }, checkpoint, phases);
  clock.lap("phase2");

  const trained: TrainedHead = { tables: { ...statistics }, ...detector, ...(names && { prototypes: names.prototypes }) };
  const { calibration, good } = await calibrate(set, sums, trained, { ...job, head, statistics: config.whitening, folds });
  clock.lap("calibrate");
  return { head, arrays: { ...trained, calibration }, learned: names?.learned, good, history: { phase1: names?.history ?? [], phase2 } };
}
