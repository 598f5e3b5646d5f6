import { float32, type NdArray } from "@ltad/core";
import { layerNorm } from "@ltad/jit/nn";
import type * as tf from "@tensorflow/tfjs";

/** Gain and offset of a layer normalisation, [D] each. */
export type Norm<T = tf.Tensor> = { readonly weight: T; readonly bias: T };

/** Gain 1, offset 0. */
export function initNorm(size: number): Norm<NdArray> {
  return { weight: float32([size], new Float32Array(size).fill(1)), bias: float32([size]) };
}

/** (x - mean) / sqrt(variance + epsilon) * weight + bias over the last axis. x [..., D] */
export function normalise<R extends tf.Rank>(p: Norm, x: tf.Tensor<R>, epsilon = 1e-5): tf.Tensor<R> {
  return layerNorm<tf.Tensor<R>>(x, p.weight, p.bias, epsilon);
}
