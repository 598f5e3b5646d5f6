import { createRng, flatten, isNdArray, type NdArray, type Tree } from "@ltad/core";
import type { HeadConfig } from "../head/head.js";
import { type ClassStatistics, type FeatureSpec, groupSize, statisticsTree } from "@ltad/features";
import { trainStep } from "@ltad/jit";
import { reconstructor } from "@ltad/reconstruct";
import { semantic } from "@ltad/semantic";
import type { Prototypes } from "../phase1/class-names.js";
import type { TrainConfig } from "../config/config-schema.js";
import { detectBatches } from "./detect-batch.js";
import { detectInputs, detectLoss } from "./detect-loss.js";
import { patchSize } from "../head/head-config.js";
import type { Phase } from "../run/run-phase.js";
import { detectRate } from "./schedules.js";
import { noisePool } from "./noise-pool.js";
import type { Mixing } from "../phase1/synthetic-images.js";
import type { TrainingSet } from "../run/training-set.js";

/** What phase 2 learns: Pi and Phi_l. */
export type DetectParams = {
  readonly pi: Tree<NdArray>;
  readonly phi: Tree<NdArray>;
};

export interface DetectPhaseOptions {
  readonly set: TrainingSet;
  readonly statistics: ClassStatistics;
  readonly prototypes: Prototypes;
  readonly spec: FeatureSpec;
  readonly config: TrainConfig;
  readonly head: HeadConfig;
  readonly mixing: Mixing | undefined;
  readonly seed: number;
}

/** Phase 2 as steps: Pi and Phi_l learn from real and synthesised features with pseudo anomalies; s_c stays as phase 1 left it. */
export async function detectPhase({
  set,
  statistics,
  prototypes,
  spec,
  config,
  head,
  mixing,
  seed,
}: DetectPhaseOptions): Promise<Phase<DetectParams>> {
  const rng = createRng(`${seed}/detect`);
  const size = patchSize(config.groups.map((group) => groupSize(spec, group)));
  const program = await trainStep<DetectParams>({
    params: {
      pi: reconstructor(head.reconstruct).init(rng.fork("pi")),
      phi: semantic(head.semantic).init(rng.fork("phi")),
    },
    inputs: detectInputs(config, spec, size),
    constants: flatten<NdArray>({ tables: statisticsTree(statistics), prototypes: { ...prototypes } }, isNdArray),
    loss: (params, inputs) => detectLoss(params, inputs, config, head, spec),
    optimiser: { weightDecay: config.detect.weightDecay, clipNorm: config.detect.clipNorm },
  });
  const noise = noisePool(rng.fork("noise"), config.detect.images * (config.detect.tokens ?? spec.tokens) * size);
  return {
    name: "phase2",
    steps: config.detect.steps,
    program,
    batch: detectBatches({ set, spec, config, patchSize: size, mixing, noise }),
    learningRate: detectRate(config.detect),
  };
}
