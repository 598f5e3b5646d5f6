import type { NdArray, Rng, Tree } from "@ltad/core";
import type { InputsOf, Losses, TensorSpecs, TrainProgram } from "@ltad/jit";

/** A phase of the training as steps. */
export interface Phase<P extends Tree<NdArray>, In extends TensorSpecs = TensorSpecs, M extends Losses = Losses> {
  readonly name: "phase1" | "phase2";
  readonly steps: number;
  readonly program: TrainProgram<P, In, M>;
  /** Inputs of one step. All its random numbers come from `rng`, which depends on seed, phase and step alone. */
  batch(step: number, rng: Rng): Promise<InputsOf<In>>;
  learningRate(step: number): number;
}
