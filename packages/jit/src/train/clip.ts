import * as tf from "@tensorflow/tfjs";

/**
 * The norm of all gradients together, a scalar. They are summed in the order in which the backward pass makes them, and ONNX Runtime follows this order:
 * it computes the gradients of a layer's weights before it goes to the next layer, and frees the activations that only they need.
 */
export function globalNorm(gradients: readonly tf.Tensor[]): tf.Scalar {
  const inOrder = gradients.toSorted((a, b) => a.id - b.id);
  return tf.sqrt(tf.addN(inOrder.map((gradient) => gradient.square().sum<tf.Scalar>())));
}

/** min(1, clipNorm / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_. */
export function clipFactor(norm: tf.Scalar, clipNorm: number): tf.Scalar {
  return tf.minimum(tf.scalar(1), tf.scalar(clipNorm).div(norm.add(1e-6)));
}
