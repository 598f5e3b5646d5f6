import { float32, type NdArray, type Rng } from "@ltad/core";
import { check, pairOf, refuse, tensor, whole } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";
import { checkSizes, layerRule } from "./linear.js";
import type { Conv2d } from "./conv2d.js";

// Shapes: B images, h x w positions, I channels in, O channels out. Maps are NHWC.

/** A transposed convolution: weight [4, 4, O, I], bias [O]. */
export type ConvTranspose<T = tf.Tensor> = Conv2d<T>;

/** Initialises a Xavier-uniform 4 x 4 weight and bias 0. Each position of the output uses 2 x 2 positions of the kernel. */
export function initConvTranspose(inputs: number, outputs: number, rng: Rng): ConvTranspose<NdArray> {
  checkSizes("initConvTranspose", { inputs, outputs, rng });
  const bound = Math.sqrt(6 / (4 * (inputs + outputs)));
  return { weight: float32([4, 4, outputs, inputs], rng.uniforms(16 * inputs * outputs, -bound, bound)), bias: float32([outputs]) };
}

/**
 * Transposed convolution with stride 2: [B, h, w, I] -> [B, height, width, O]. With a 4 x 4 kernel and twice the size it equals torch's with padding 1.
 * @param size height and width of the output; h = ceil(height / 2), w = ceil(width / 2)
 */
export function convTranspose(p: ConvTranspose, x: tf.Tensor4D, size: readonly [number, number]): tf.Tensor4D {
  check("convTranspose", { p, x, size }, { p: layerRule, x: tensor(4), size: pairOf(whole(1)) });
  const [{ weight, bias }, [height, width]] = [p, size];
  const outputs = weight.shape[2]!;
  const places = size.map((n) => Math.ceil(n / 2));
  if (places[0] !== x.shape[1] || places[1] !== x.shape[2])
    throw refuse("convTranspose: size", `twice [${x.shape.slice(1, 3).join(", ")}], or one less along an axis`, size, "LTAD_SHAPE");
  return tf.conv2dTranspose(x, weight as tf.Tensor4D, [x.shape[0], height, width, outputs], 2, "same").add(bias);
}
