import { setImmediate } from "node:timers/promises";
import { createRng, type JobOptions, type NdArray, throwIfAborted, type Tree } from "@ltad/core";
import type { StepsOf } from "./budget.js";
import type { Checkpoint } from "./checkpoint.js";
import type { HistoryRow } from "./history.js";
import type { Phase } from "./phase.js";

/** A phase that has been trained. */
export interface CompletePhase<P> {
  /** The loss curve, one row a step. */
  readonly history: HistoryRow[];
  readonly params: P;
}

/** A job, and how many steps of a phase fit into its time; all of them without. */
export interface PhaseJob extends JobOptions {
  readonly stepsOf?: StepsOf | undefined;
}

/**
 * Runs a phase to its end, from a checkpoint when there is one, and disposes of its program. Stopped and resumed gives the same weights as not
 * stopped.
 * @throws LtadError `LTAD_ABORTED` after the checkpoint is written, when the signal fires
 */
export async function completePhase<P extends Tree<NdArray>>(
  phase: Phase<P>,
  seed: number,
  checkpoint: Checkpoint,
  job: PhaseJob,
): Promise<CompletePhase<P>> {
  try {
    const history = await runSteps(phase, seed, checkpoint, job);
    if (history.length > 0) await checkpoint.save(phase.name, { state: phase.program.state(), history });
    return { history, params: phase.program.params() };
  } finally {
    await phase.program.dispose();
  }
}

const saveEvery = 60_000; // ms

async function runSteps<P extends Tree<NdArray>>(
  phase: Phase<P>,
  seed: number,
  checkpoint: Checkpoint,
  { onProgress, signal, stepsOf }: PhaseJob,
): Promise<HistoryRow[]> {
  const steps = stepsOf ? await stepsOf(phase, seed) : phase.steps;
  const saved = await checkpoint.load(phase.name);
  if (saved) phase.program.restore(saved.state);
  const history = saved?.history ?? [];
  const save = () => checkpoint.save(phase.name, { state: phase.program.state(), history });
  let savedAt = Date.now();
  for (let step = history.length; step < steps; step++) {
    if (signal?.aborted) await save();
    throwIfAborted(signal);
    const inputs = await phase.batch(step, createRng(`${seed}/${phase.name}/${step}`));
    const values = await phase.program.step(inputs, { learningRate: phase.learningRate(step, steps) });
    history.push({ step, ...values });
    onProgress?.({ phase: phase.name, done: step + 1, total: steps, unit: "steps", values });
    if (Date.now() - savedAt > saveEvery) {
      await save();
      savedAt = Date.now();
    }
    await setImmediate(); // a step blocks the thread; let signals and progress lines through
  }
  return history;
}
