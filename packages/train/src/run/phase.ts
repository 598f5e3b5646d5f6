import type { NdArray, NdArrays, Rng, Tree } from "@ltad/core";
import type { TrainProgram } from "@ltad/jit";

/** A phase of the training as steps. */
export interface Phase<P extends Tree<NdArray>> {
  readonly name: "phase1" | "phase2";
  readonly steps: number;
  readonly program: TrainProgram<P>;
  /** Inputs of one step. All its random numbers come from `rng`, which depends on seed, phase and step alone. */
  batch(step: number, rng: Rng): Promise<NdArrays>;
  learningRate(step: number): number;
}
