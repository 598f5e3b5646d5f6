import { float32, floats, LtadError, type NdArray } from "@ltad/core";
import type { Convolution } from "./efficient-net.js";

/** A batch norm at rest, each [out]: (x - mean) / sqrt(variance + epsilon) * scale + shift. */
export interface BatchNorm {
  readonly scale: NdArray;
  readonly shift: NdArray;
  readonly mean: NdArray;
  readonly variance: NdArray;
}

/**
 * A convolution without bias and the batch norm behind it as one convolution with bias.
 * @param weight [out, in, k, k], as PyTorch stores it
 * @returns weight in the same layout
 * @throws LtadError `LTAD_WEIGHTS` when a variance is not above -epsilon
 */
export function foldBatchNorm(weight: NdArray, norm: BatchNorm, epsilon: number, name: string): Convolution<NdArray> {
  const [w, scale, shift] = [floats(weight, name), floats(norm.scale, name), floats(norm.shift, name)];
  const [mean, variance] = [floats(norm.mean, name), floats(norm.variance, name)];
  const outputs = scale.length;
  const bad = variance.findIndex((value) => !(value + epsilon > 0));
  if (bad >= 0)
    throw new LtadError(
      "LTAD_WEIGHTS",
      `${name}: the running variance of channel ${bad} is ${variance[bad]}, expected 0 or more. These weights are damaged.`,
    );
  const gain = Float64Array.from({ length: outputs }, (_, o) => scale[o]! / Math.sqrt(variance[o]! + epsilon));
  const size = w.length / outputs;
  return {
    weight: float32(
      weight.shape,
      w.map((value, i) => value * gain[Math.floor(i / size)]!),
    ),
    bias: float32(
      [outputs],
      shift.map((value, o) => value - mean[o]! * gain[o]!),
    ),
  };
}
