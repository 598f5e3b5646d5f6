import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createRng, writeFileAtomic } from "@ltad/core";
import { seconds as inWords } from "@ltad/core/format";
import type { AnyPhase } from "./phase.js";

/** Decides how many steps of a phase are made. */
export type StepsOf = (phase: AnyPhase, seed: number) => Promise<number>;

export interface BudgetOptions {
  /** For the whole training, from its start. */
  readonly seconds: number;
  /** Folder of the checkpoint, which keeps what was decided: a training that is resumed makes the same steps. */
  readonly folder: string;
  /** Seconds since the start. */
  readonly elapsed: () => number;
  /** Seconds that the training needs after the last phase. */
  readonly reserve: number;
  /** Phases that are still to come, this one included, share the time alike. */
  readonly phases: readonly string[];
  readonly onNote?: ((note: string) => void) | undefined;
}

/** Fewer steps than these teach nothing: they are made even where the time is up. */
const fewest = 10;
/** Trial steps of a phase: so many, or as many as fit into this share of the budget, but at least three. */
const [mostTrials, trialShare, fewestTrials] = [20, 0.03, 3];

/**
 * As many steps of each phase as fit into the time, at most those of the config, from the time of a few that are taken back. The number
 * depends on the speed of the machine; a training whose config has that number of steps gives the same model.
 */
export function budgetSteps({ seconds, folder, elapsed, reserve, phases, onNote }: BudgetOptions): StepsOf {
  return async (phase, seed) => {
    const place = join(folder, `${phase.name}.steps.json`);
    const decided = await readFile(place, "utf8").then(Number, () => undefined);
    if (decided !== undefined) return decided;
    const share = phases.length - phases.indexOf(phase.name);
    const step = await timeOfStep(phase, seed, { elapsed, seconds: trialShare * seconds });
    const fit = Math.floor((seconds - reserve - elapsed()) / share / step);
    const steps = Math.min(phase.steps, Math.max(fewest, fit));
    await writeFileAtomic(place, String(steps));
    const why = fit < fewest ? `, which no longer fit into ${inWords(seconds)}` : ` in the budget of ${inWords(seconds)}`;
    onNote?.(`${phase.name}: ${steps} of ${phase.steps} steps${why}, at ${step.toPrecision(2)} s each.`);
    return steps;
  };
}

/** The mean of some steps, after one that warms up; the program is then as it was. */
async function timeOfStep(
  { name, program, batch, learningRate }: AnyPhase,
  seed: number,
  { elapsed, seconds }: Pick<BudgetOptions, "elapsed" | "seconds">,
): Promise<number> {
  const before = program.state();
  const make = async (step: number) =>
    program.step(await batch(step, createRng(`${seed}/${name}/${step}`)), { learningRate: learningRate(step) });
  await make(0);
  const start = elapsed();
  let steps = 0;
  while (steps < fewestTrials || (steps < mostTrials && elapsed() - start < seconds)) await make(++steps);
  const step = (elapsed() - start) / steps;
  program.restore(before);
  return Math.max(1e-4, step);
}
