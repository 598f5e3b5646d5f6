import { createRng, type NdArray } from "@ltad/core";
import { initClassNames } from "@ltad/vae-augment";
import type { Checkpoint } from "../run/checkpoint.js";
import { completePhase, type PhaseJob } from "../run/complete-phase.js";
import type { HistoryRow } from "../run/history.js";
import type { NamedTraining } from "../run/training.js";
import type { AugmentParams } from "./augment-loss.js";
import { augmentPhase } from "./augment-phase.js";
import { type Prototypes, prototypesOf } from "./prototypes.js";
import { type Mixing, synthesise } from "./synthesise.js";

/** What phase 1 leaves to phase 2. */
export interface LearnedNames {
  readonly history: readonly HistoryRow[];
  /** For the weights of the bundle: s_c, and the VAE when it was trained. */
  readonly learned: { readonly names: NdArray } & Partial<AugmentParams>;
  readonly prototypes: Prototypes;
  readonly mixing: Mixing | undefined;
}

/** Phase 1, where something reads what it learns: the names behind the prototypes, or the synthetic features. */
export async function learnNames(training: NamedTraining, checkpoint: Checkpoint, job: PhaseJob): Promise<LearnedNames> {
  const { config, set, text, seed } = training;
  if (!config.mixing.enabled && config.names.prototypes !== "learned") {
    const names = initClassNames(
      set.classes.length,
      config.names.tokens,
      text.meanToken,
      createRng(`${seed}/names`),
      config.names.deviation,
    );
    return { history: [], learned: { names }, prototypes: await prototypesOf(training, names), mixing: undefined };
  }
  const { history, params } = await completePhase(await augmentPhase(training), seed, checkpoint, job);
  return {
    history,
    learned: params,
    prototypes: await prototypesOf(training, params.names),
    mixing: await synthesise(training, params, job),
  };
}
