import { float32, type NdArray, type Rng } from "@ltad/core";
import { check, having, refuse, rng, type Rule, tensor, whole } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";

/** An affine map, weight [out, in], bias [out], in the layout of torch.nn.Linear. */
export type Linear<T = tf.Tensor> = { readonly weight: T; readonly bias: T };

/** Checks the sizes and the source of random numbers of an initialiser. */
export function checkSizes(where: string, { rng: source, ...sizes }: Readonly<Record<string, unknown>>): void {
  for (const [name, size] of Object.entries(sizes)) check(where, { [name]: size }, { [name]: whole(1) });
  check(where, { rng: source }, { rng });
}

/** Accepts the parameters of a layer as tensors. */
export const layerRule: Rule = (value, path) => {
  having("a layer { weight, bias }", "weight", "bias")(value, path);
  const { weight, bias } = value as { weight: unknown; bias: unknown };
  tensor()(weight, `${path}.weight`);
  tensor()(bias, `${path}.bias`);
};

/** Initialises a Xavier-uniform weight [outputs, inputs] and bias 0. */
export function initLinear(inputs: number, outputs: number, rng: Rng): Linear<NdArray> {
  checkSizes("initLinear", { inputs, outputs, rng });
  return { weight: xavierUniform(outputs, inputs, rng), bias: float32([outputs]) };
}

/** Initialises weight and bias to 0, so that the layer outputs 0 at first. */
export function zeroLinear(inputs: number, outputs: number): Linear<NdArray> {
  check("zeroLinear", { inputs, outputs }, { inputs: whole(1), outputs: whole(1) });
  return { weight: float32([outputs, inputs]), bias: float32([outputs]) };
}

/** A weight [outputs, inputs] from U(-b, b) with b = sqrt(6 / (inputs + outputs)). @see Glorot and Bengio 2010, eq. 16 */
export function xavierUniform(outputs: number, inputs: number, rng: Rng): NdArray {
  checkSizes("xavierUniform", { outputs, inputs, rng });
  const bound = Math.sqrt(6 / (inputs + outputs));
  return float32([outputs, inputs], rng.uniforms(outputs * inputs, -bound, bound));
}

/**
 * An affine map over the last axis, x W^T + b. It flattens x to rank 2, because TF.js cannot differentiate the product of a rank 3 with a rank 2 tensor.
 * @param x [..., in]
 * @returns [..., out]
 */
export function linear<R extends tf.Rank>(p: Linear, x: tf.Tensor<R>): tf.Tensor<R> {
  check("linear", { p, x }, { p: layerRule, x: tensor() });
  const [received, expected] = [x.shape.at(-1), p.weight.shape[1]];
  if (received !== expected) throw refuse("linear: x", `a last axis of ${expected}, as the weight has`, x, "LTAD_SHAPE");
  const inner = x.shape.slice(1, -1);
  const flat = x.reshape([-1, x.shape.at(-1)!]);
  const out = tf.matMul(flat, p.weight, false, true).add(p.bias); // [prod(...), out]
  return out.reshape([-1, ...inner, p.weight.shape[0]]);
}
