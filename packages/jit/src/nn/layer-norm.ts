import { float32, type NdArray } from "@ltad/core";
import { check, number, refuse, tensor, whole } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";
import { layerRule } from "./linear.js";
import { traceBackendName } from "../trace/backend.js";

/** Gain and offset of a layer normalisation, [D] each, under torch's names. */
export type LayerNorm<T = tf.Tensor> = { readonly weight: T; readonly bias: T };

/** Initialises the gain to 1 and the offset to 0. */
export function initLayerNorm(size: number): LayerNorm<NdArray> {
  check("initLayerNorm", { size }, { size: whole(1) });
  return { weight: float32([size], new Float32Array(size).fill(1)), bias: float32([size]) };
}

/**
 * Layer normalisation, (x - mean) / sqrt(variance + epsilon) * weight + bias, over the last axis, with the biased variance. A traced function contains it
 * as one LayerNormalization node, which also returns what its gradient needs.
 * @param x [..., D]
 * @returns [..., D]
 * @see Ba, Kiros and Hinton 2016
 */
export function layerNorm<R extends tf.Rank>(p: LayerNorm, x: tf.Tensor<R>, epsilon = 1e-5): tf.Tensor<R> {
  check("layerNorm", { p, x, epsilon }, { p: layerRule, x: tensor(), epsilon: number(0) });
  const { weight, bias } = p;
  if (x.shape.at(-1) !== weight.shape[0])
    throw refuse("layerNorm: x", `a last axis of ${weight.shape[0]}, as the weight has`, x, "LTAD_SHAPE");
  const run = tf.customGrad((...args) => {
    const [input, scale, shift] = args as [tf.Tensor, tf.Tensor, tf.Tensor];
    const save = args[3] as tf.GradSaveFunc;
    const [y, mean, inverse] = normalise(input, scale, shift, epsilon);
    save([input, scale, mean, inverse]);
    return { value: y, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradients(dy, saved) };
  });
  return run(x, weight, bias) as tf.Tensor<R>;
}

/** y [.., D], mean [.., 1] and 1 / standard deviation [.., 1]. */
function normalise(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): [tf.Tensor, tf.Tensor, tf.Tensor] {
  if (tf.getBackend() === traceBackendName)
    return tf.engine().runKernel<tf.Tensor[]>("LayerNormalization", { x, gamma, beta }, { epsilon }) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const mean = x.mean(-1, true);
  const centred = x.sub(mean);
  const inverse = centred.square().mean(-1, true).add(epsilon).rsqrt();
  return [centred.mul(inverse).mul(gamma).add(beta), mean, inverse];
}

/** With h the normalised x and g = dy * gamma: dx = (g - mean(g) - h mean(g h)) / deviation. */
function gradients(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [x, gamma, mean, inverse] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const h = x.sub(mean).mul(inverse);
  const g = dy.mul(gamma);
  const dx = g
    .sub(g.mean(-1, true))
    .sub(h.mul(g.mul(h).mean(-1, true)))
    .mul(inverse);
  const outer = Array.from({ length: x.rank - 1 }, (_, i) => i);
  return [dx, dy.mul(h).sum(outer), dy.sum(outer)];
}
