import type * as tf from "@tensorflow/tfjs";

/** The gradient with that of weightDecay / 2 * param^2, as torch adds it in every optimiser but AdamW. */
export function decayed(gradient: tf.Tensor, param: tf.Tensor, weightDecay: number): tf.Tensor {
  return weightDecay === 0 ? gradient : gradient.add(param.mul(weightDecay));
}
