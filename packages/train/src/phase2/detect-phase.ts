import { createRng } from "@ltad/core";
import { trainStep } from "@ltad/jit";
import { reconstructor } from "@ltad/reconstruct";
import { semantic } from "@ltad/semantic";
import type { HeadConfig } from "../head/head.js";
import type { Prototypes } from "../phase1/prototypes.js";
import type { Mixing } from "../phase1/synthesise.js";
import type { Phase } from "../run/phase.js";
import type { Training } from "../run/training.js";
import { detectBatches } from "./detect-batches.js";
import { type DetectConstants, detectInputs, type DetectInputs, detectLoss, type DetectParams } from "./detect-loss.js";
import { noisePool } from "./noise-pool.js";
import { detectRate } from "./schedules.js";

export interface DetectPhaseOptions {
  /** Without them there is no semantic module. */
  readonly prototypes?: Prototypes;
  readonly head: HeadConfig;
  /** Without it all images are real. */
  readonly mixing?: Mixing | undefined;
}

/** Phase 2 as steps: Pi and Phi_l learn from real and synthetic features with pseudo anomalies; s_c stays as phase 1 left it. */
export async function detectPhase(
  training: Training,
  { prototypes, head, mixing }: DetectPhaseOptions,
): Promise<Phase<DetectParams, DetectInputs>> {
  const { config, spec, seed, statistics } = training;
  const { detect } = config;
  const rng = createRng(`${seed}/detect`);
  const params: DetectParams = {
    ...(head.reconstruct && { pi: reconstructor(head.reconstruct).init(rng.fork("pi")) }),
    ...(head.semantic && { phi: semantic(head.semantic).init(rng.fork("phi")) }),
  };
  const constants: DetectConstants = { tables: { ...statistics }, ...(prototypes && { prototypes }) };
  const program = await trainStep({
    params,
    inputs: detectInputs(config, spec),
    constants,
    loss: detectLoss(config.anomaly, head),
    optimiser: { weightDecay: detect.weightDecay, clipNorm: detect.clipNorm },
  });
  const noise = noisePool(rng.fork("noise"), detect.images * (detect.tokens ?? spec.tokens) * spec.channels);
  return {
    name: "phase2",
    steps: detect.steps,
    program,
    batch: detectBatches(training, { mixing, noise }),
    learningRate: (step, steps = detect.steps) => detectRate({ ...detect, steps })(step),
  };
}
