import { float32, floats, LtadError, type NdArray } from "@ltad/core";
import type { Conv2d } from "@ltad/jit/nn";

/** A batch norm with its running statistics, each [out]: (x - mean) / sqrt(variance + epsilon) * scale + shift. */
export interface BatchNorm {
  readonly scale: NdArray;
  readonly shift: NdArray;
  readonly mean: NdArray;
  readonly variance: NdArray;
}

/**
 * Folds a convolution without bias and the batch norm after it into one convolution with bias.
 * @param weight [out, in, k, k], as PyTorch stores it
 * @param name what errors call the batch norm
 * @returns the weight in the same layout, and the bias [out]
 * @throws LtadError `LTAD_WEIGHTS` when a variance is not above -epsilon
 */
export function foldBatchNorm(weight: NdArray, norm: BatchNorm, epsilon: number, name: string): Conv2d<NdArray> {
  const [w, scale, shift] = [floats(weight, name), floats(norm.scale, name), floats(norm.shift, name)];
  const [mean, variance] = [floats(norm.mean, name), floats(norm.variance, name)];
  const outputs = scale.length;
  const bad = variance.findIndex((value) => !(value + epsilon > 0));
  if (bad >= 0) throw varianceError(name, bad, variance[bad]!);
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

function varianceError(name: string, channel: number, received: number): LtadError {
  const message = `${name}: the running variance of channel ${channel} is ${received}, expected 0 or more. These weights are damaged.`;
  return new LtadError("LTAD_WEIGHTS", message, { details: { name, received } });
}
