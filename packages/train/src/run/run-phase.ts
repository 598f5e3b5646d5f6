import { setImmediate } from "node:timers/promises";
import { createRng, type JobOptions, type NdArray, type NdArrays, type Rng, throwIfAborted, type Tree } from "@ltad/core";
import type { TrainProgram } from "@ltad/jit";
import type { Checkpoint } from "./checkpoint.js";

/** One row of a loss curve: the step and its numbers. */
export type HistoryRow = Readonly<Record<string, number>>;

export interface Phase<P extends Tree<NdArray>> {
  readonly name: "phase1" | "phase2";
  readonly steps: number;
  readonly program: TrainProgram<P>;
  /** Inputs of one step. All its random numbers come from `rng`, which depends on seed, phase and step alone. */
  batch(step: number, rng: Rng): Promise<NdArrays>;
  learningRate(step: number): number;
}

const saveEvery = 60_000; // ms

/**
 * Runs the steps of one phase, from a checkpoint when there is one. Stopped and resumed gives the same weights as not stopped.
 * @returns the loss curve, one row a step
 * @throws LtadError `LTAD_ABORTED` after the checkpoint is written, when the signal fires
 */
export async function runPhase<P extends Tree<NdArray>>(
  phase: Phase<P>,
  seed: number,
  checkpoint: Checkpoint,
  options: JobOptions,
): Promise<HistoryRow[]> {
  const saved = await checkpoint.load(phase.name);
  if (saved) phase.program.restore(saved.state);
  const history = saved?.history ?? [];
  const save = () => checkpoint.save(phase.name, { state: phase.program.state(), history });
  let savedAt = Date.now();
  for (let step = history.length; step < phase.steps; step++) {
    if (options.signal?.aborted) await save();
    throwIfAborted(options.signal);
    const inputs = await phase.batch(step, createRng(`${seed}/${phase.name}/${step}`));
    const values = await phase.program.step(inputs, { learningRate: phase.learningRate(step) });
    history.push({ step, ...values });
    options.onProgress?.({ phase: phase.name, done: step + 1, total: phase.steps, unit: "steps", values });
    if (Date.now() - savedAt > saveEvery) {
      await save();
      savedAt = Date.now();
    }
    await setImmediate(); // `run` blocks; let signals and progress lines through
  }
  return history;
}
