import * as tf from "@tensorflow/tfjs";

/** An affine map in the layout of TensorFlow's checkpoints: weight [in, out], bias [out]. The weight of `Linear` in @ltad/jit/nn is [out, in]. */
export type LinearIO<T = tf.Tensor> = { readonly weight: T; readonly bias: T };

/** x W + b over the last axis, [B, L, in] -> [B, L, out]. The product is flattened, because TF.js has no gradient for a batched product with one matrix. */
export function linearIO({ weight, bias }: LinearIO, x: tf.Tensor3D): tf.Tensor3D {
  const [, length, size] = x.shape;
  const flat = tf.matMul(x.reshape([-1, size]), weight).add(bias); // [B L, out]
  return flat.reshape([-1, length, weight.shape[1]!]);
}
