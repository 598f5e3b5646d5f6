import { float32, type NdArray, type Rng } from "@ltad/core";
import { check, listOf, oneOf, pairOf, type Rule, tensor, whole } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";
import { checkSizes, layerRule } from "./linear.js";

// Shapes: B images, h x w positions, k side of the kernel, I channels in, O channels out, C channels. Maps are NHWC.

/** A convolution in the layout of TF.js: weight [k, k, I, O], bias [O]; depthwise: weight [k, k, C, 1], bias [C]. */
export type Conv2d<T = tf.Tensor> = { readonly weight: T; readonly bias: T };

/** The zeros around a map: as many as TensorFlow's SAME, none, or explicit numbers of rows and columns before and after. */
export type Zeros = "same" | "valid" | tf.backend_util.ExplicitPadding;

const zerosRule: Rule = (value, path) => {
  if (!Array.isArray(value)) return oneOf(["same", "valid"])(value, path);
  listOf(pairOf(whole(0)), 4)(value, path);
};

/** Initialises a Xavier-uniform weight [kernel, kernel, inputs, outputs] and bias 0; the kernel is 3 x 3 by default. */
export function initConv2d(inputs: number, outputs: number, rng: Rng, kernel = 3): Conv2d<NdArray> {
  checkSizes("initConv2d", { inputs, outputs, kernel, rng });
  const places = kernel * kernel;
  const bound = Math.sqrt(6 / (places * (inputs + outputs)));
  return {
    weight: float32([kernel, kernel, inputs, outputs], rng.uniforms(places * inputs * outputs, -bound, bound)),
    bias: float32([outputs]),
  };
}

/** A convolution with bias. [B, h, w, I] -> [B, h / stride, w / stride, O], rounded up, with zeros "same" */
export function conv2d(p: Conv2d, x: tf.Tensor4D, stride = 1, zeros: Zeros = "same"): tf.Tensor4D {
  check("conv2d", { p, x, stride, zeros }, { p: layerRule, x: tensor(4), stride: whole(1), zeros: zerosRule });
  const { weight, bias } = p;
  return tf.conv2d(x, weight as tf.Tensor4D, stride, zeros).add(bias);
}

/** A separate convolution of each channel, with bias. [B, h, w, C] -> [B, h / stride, w / stride, C], rounded up, with zeros "same" */
export function depthwiseConv2d(p: Conv2d, x: tf.Tensor4D, stride = 1, zeros: Zeros = "same"): tf.Tensor4D {
  check("depthwiseConv2d", { p, x, stride, zeros }, { p: layerRule, x: tensor(4), stride: whole(1), zeros: zerosRule });
  const { weight, bias } = p;
  const pad = zeros as "same"; // TF.js takes explicit zeros here too; its types omit them
  return tf.depthwiseConv2d(x, weight as tf.Tensor4D, stride, pad).add(bias);
}
