import type { Checkpoint } from "../run/checkpoint.js";
import { type CompletePhase, completePhase, type PhaseJob } from "../run/complete-phase.js";
import type { Training } from "../run/training.js";
import type { DetectParams } from "./detect-loss.js";
import { detectPhase, type DetectPhaseOptions } from "./detect-phase.js";

/** Phase 2, where there is a module to train. */
export async function learnToDetect(
  training: Training,
  options: DetectPhaseOptions,
  checkpoint: Checkpoint,
  job: PhaseJob,
): Promise<CompletePhase<DetectParams>> {
  if (!options.head.reconstruct && !options.head.semantic) return { history: [], params: {} };
  return completePhase(await detectPhase(training, options), training.seed, checkpoint, job);
}
