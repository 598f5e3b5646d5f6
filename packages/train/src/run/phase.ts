import type { NdArray, Rng, Tree } from "@ltad/core";
import type { InputsOf, Losses, TensorSpecs, TrainProgram } from "@ltad/jit";

/** A phase of the training as steps. */
export interface Phase<P extends Tree<NdArray>, In extends TensorSpecs = TensorSpecs, M extends Losses = Losses> {
  readonly name: "phase1" | "phase2";
  readonly steps: number;
  readonly program: TrainProgram<P, In, M>;
  /** Inputs of one step. All its random numbers come from `rng`, which depends on seed, phase and step alone. */
  batch(step: number, rng: Rng): Promise<InputsOf<In>>;
  /** @param steps of the whole phase, where a budget has shortened it */
  readonly learningRate: (step: number, steps?: number) => number;
}

/** A phase of whatever parameters and inputs. */
export type AnyPhase = Omit<Phase<Tree<NdArray>>, "program" | "batch"> & {
  readonly program: Pick<TrainProgram<Tree<NdArray>>, "state" | "restore" | "step">;
  readonly batch: (step: number, rng: Rng) => Promise<InputsOf<TensorSpecs>>;
};
