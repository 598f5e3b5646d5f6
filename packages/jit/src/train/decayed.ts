import type * as tf from "@tensorflow/tfjs";

/** Adds the gradient of weightDecay / 2 * param^2, as torch does in every optimiser except AdamW. */
export function decayed(gradient: tf.Tensor, param: tf.Tensor, weightDecay: number): tf.Tensor {
  return weightDecay === 0 ? gradient : gradient.add(param.mul(weightDecay));
}
