import type { MapTree, NdArray, Rng, Tree } from "@ltad/core";
import type * as tf from "@tensorflow/tfjs";

/** The same tree of parameters with tensors as its leaves: what a traced or differentiated function receives. */
export type TensorsOf<P> = MapTree<P, NdArray, tf.Tensor>;

/** A trainable module: fresh parameters, and a pure function of them. */
export interface Module<P extends Tree<NdArray>, Args extends readonly unknown[], Out> {
  /** Draws fresh parameters. */
  init(rng: Rng): P;
  /** Reads no values and draws no random numbers, so it can be traced, differentiated and run eagerly. */
  forward(params: TensorsOf<P>, ...args: Args): Out;
}
