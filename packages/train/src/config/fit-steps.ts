import { budgetSteps, type StepsOf } from "../run/budget.js";
import type { TrainOptions } from "../train-options.js";
import type { TrainResult, TrainTiming } from "../train-result.js";
import type { FittedConfig } from "./fit-config.js";

interface Spent {
  readonly parts: Readonly<Partial<TrainTiming>>;
  readonly total: () => number;
}

/** How many steps fit into the budget, if there is one; what comes after the phases takes about twice as long as the statistics. */
export function stepsWithin(
  { budget, onNote }: Pick<TrainOptions, "budget" | "onNote">,
  { mixing, names, semantic }: FittedConfig,
  { folder, clock }: { readonly folder: string; readonly clock: Spent },
): StepsOf | undefined {
  if (budget === undefined) return undefined;
  const learnsNames = mixing.enabled || (semantic.kind !== "none" && names.prototypes === "learned");
  const { statistics = 0, copies = 0 } = clock.parts;
  const phases = learnsNames ? ["phase1", "phase2"] : ["phase2"];
  return budgetSteps({ seconds: budget, folder, elapsed: clock.total, reserve: 2 * (statistics + copies), phases, onNote });
}

/** The config with the steps that were made. */
export function withSteps(config: FittedConfig, { phase1, phase2 }: Pick<TrainResult["history"], "phase1" | "phase2">): FittedConfig {
  const { augment, detect } = config;
  return {
    ...config,
    augment: { ...augment, steps: phase1.length || augment.steps },
    detect: { ...detect, steps: phase2.length || detect.steps },
  };
}
