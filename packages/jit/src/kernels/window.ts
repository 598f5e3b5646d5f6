import type * as tf from "@tensorflow/tfjs";
import { pad, transpose } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";

// TF.js images are NHWC, ONNX's are NCHW. Transposes around each node are left to ONNX Runtime, which moves and joins them.

type Info = tf.backend_util.Conv2DInfo;

/** What a sliding window needs to know of one spatial axis. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly begin: readonly [number, number];
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
}

export function windowOf(info: Info): Window {
  return {
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    begin: [info.padInfo.top, info.padInfo.left],
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
  };
}

/** Padding at the end, so that the window fits exactly `output` times; never negative: ONNX ignores what is left over. */
export function padsOf(w: Window): number[] {
  const end = [0, 1].map((i) => Math.max(0, endPad(w, i)));
  return [...w.begin, ...end];
}

function endPad({ kernel, strides, dilations, begin, input, output }: Window, i: number): number {
  const at = (list: readonly number[]) => list[i] as number;
  return (at(output) - 1) * at(strides) + (at(kernel) - 1) * at(dilations) + 1 - at(input) - at(begin);
}

/** Attributes of Conv and pools. */
export function windowAttributes(w: Window) {
  return { kernel_shape: w.kernel, strides: w.strides, dilations: w.dilations, pads: padsOf(w) };
}

export const toNchw = (g: Graph, x: Value) => transpose(g, x, [0, 3, 1, 2]);
export const toNhwc = (g: Graph, x: Value) => transpose(g, x, [0, 2, 3, 1]);

/**
 * ConvTranspose that gives exactly the input size of the window: padded at the begin by the node, at the end by a Pad (which may cut).
 * @param dy [B, C, output] @param filter [C, M, kernel]
 */
export function transposedConv(g: Graph, dy: Value, filter: Value, w: Window, channels: number, group = 1): Value {
  const grown = [0, 1].map(
    (i) =>
      ((w.output[i] as number) - 1) * (w.strides[i] as number) +
      ((w.kernel[i] as number) - 1) * (w.dilations[i] as number) +
      1 -
      (w.begin[i] as number),
  );
  const attributes = { kernel_shape: w.kernel, strides: w.strides, dilations: w.dilations, pads: [...w.begin, 0, 0], group };
  const [batch] = dy.shape as [number];
  const full = g.add("ConvTranspose", [dy, filter], [batch, channels, ...grown], { attributes });
  const end = [0, 1].map((i) => (w.input[i] as number) - (grown[i] as number));
  return pad(g, full, [0, 0, 0, 0], [0, 0, ...end]);
}
