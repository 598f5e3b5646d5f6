import { float32, type NdArray, type Rng } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";

/** An affine map: weight [out, in], bias [out], the layout of torch.nn.Linear. */
export type Linear<T = tf.Tensor> = { readonly weight: T; readonly bias: T };

/** Xavier-uniform weight, bias 0. */
export function initLinear(inputs: number, outputs: number, rng: Rng): Linear<NdArray> {
  return { weight: xavierUniform(outputs, inputs, rng), bias: float32([outputs]) };
}

/** Weight and bias 0: a layer that starts silent. */
export function zeroLinear(inputs: number, outputs: number): Linear<NdArray> {
  return { weight: float32([outputs, inputs]), bias: float32([outputs]) };
}

/** U(-b, b) with b = sqrt(6 / (in + out)), [out, in] (Glorot and Bengio 2010, eq. 16). */
export function xavierUniform(outputs: number, inputs: number, rng: Rng): NdArray {
  const bound = Math.sqrt(6 / (inputs + outputs));
  return float32([outputs, inputs], rng.uniforms(outputs * inputs, -bound, bound));
}

/**
 * x W^T + b over the last axis.
 * @param x [..., in]; flattened to rank 2, because TF.js cannot differentiate the product of a rank 3 with a rank 2 tensor
 * @returns [..., out]
 */
export function linear<R extends tf.Rank>(p: Linear, x: tf.Tensor<R>): tf.Tensor<R> {
  const inner = x.shape.slice(1, -1);
  const flat = x.reshape([-1, x.shape.at(-1)!]);
  const out = tf.matMul(flat, p.weight, false, true).add(p.bias); // [prod(...), out]
  return out.reshape([-1, ...inner, p.weight.shape[0]]);
}
