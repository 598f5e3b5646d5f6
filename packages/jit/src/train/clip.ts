import * as tf from "@tensorflow/tfjs";

/** The norm of all gradients together, a scalar. */
export function globalNorm(gradients: readonly tf.Tensor[]): tf.Scalar {
  return tf.sqrt(tf.addN(gradients.map((g) => g.square().sum<tf.Scalar>())));
}

/** min(1, clipNorm / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_. */
export function clipFactor(norm: tf.Scalar, clipNorm: number): tf.Scalar {
  return tf.minimum(tf.scalar(1), tf.scalar(clipNorm).div(norm.add(1e-6)));
}
