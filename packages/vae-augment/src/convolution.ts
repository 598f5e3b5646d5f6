import { float32, type NdArray, type Rng } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";

// Shapes: B images, h x w places, I channels in, O channels out. Maps are NHWC.

/** A convolution: weight [3, 3, I, O], bias [O]. A transposed one: weight [4, 4, O, I]. TF.js's layouts. */
export type Convolution<T = tf.Tensor> = { readonly weight: T; readonly bias: T };

/** Xavier-uniform 3 x 3 weight, bias 0. */
export function initConvolution(inputs: number, outputs: number, rng: Rng): Convolution<NdArray> {
  const bound = Math.sqrt(6 / (9 * (inputs + outputs)));
  return { weight: float32([3, 3, inputs, outputs], rng.uniforms(9 * inputs * outputs, -bound, bound)), bias: float32([outputs]) };
}

/** Xavier-uniform 4 x 4 weight, bias 0. Every place of the output meets 2 x 2 places of the kernel. */
export function initUpConvolution(inputs: number, outputs: number, rng: Rng): Convolution<NdArray> {
  const bound = Math.sqrt(6 / (4 * (inputs + outputs)));
  return { weight: float32([4, 4, outputs, inputs], rng.uniforms(16 * inputs * outputs, -bound, bound)), bias: float32([outputs]) };
}

/** 3 x 3 convolution with zeros around. [B, h, w, I] -> [B, h, w, O] */
export function convolve(p: Convolution, x: tf.Tensor4D): tf.Tensor4D {
  return tf.conv2d(x, p.weight as tf.Tensor4D, 1, "same").add(p.bias);
}

/**
 * Transposed convolution of stride 2: [B, h, w, I] -> [B, height, width, O]. A 4 x 4 one to twice the size is torch's with padding 1.
 * @param size height and width of the output; h = ceil(height / 2), w = ceil(width / 2)
 */
export function convolveUp(p: Convolution, x: tf.Tensor4D, [height, width]: readonly [number, number]): tf.Tensor4D {
  const channels = p.weight.shape[2]!;
  return tf.conv2dTranspose(x, p.weight as tf.Tensor4D, [x.shape[0], height, width, channels], 2, "same").add(p.bias);
}

/** x sigmoid(x) */
export function silu<R extends tf.Rank>(x: tf.Tensor<R>): tf.Tensor<R> {
  return x.mul(x.sigmoid());
}
