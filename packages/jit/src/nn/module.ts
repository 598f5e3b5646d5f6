import type { NdArray, Rng, Tree } from "@ltad/core";
import type { TensorsOf } from "../traced-function.js";

/** A trainable module: an initialiser of its parameters, and a pure function of them. */
export interface Module<P extends Tree<NdArray>, Args extends readonly unknown[], Out> {
  /** Initialises the parameters. */
  init(rng: Rng): P;
  /** Computes the output. It reads no values and draws no random numbers, so it can be traced, differentiated and run eagerly. */
  forward(params: TensorsOf<P>, ...args: Args): Out;
}
