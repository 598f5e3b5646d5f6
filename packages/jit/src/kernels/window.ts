import type * as tf from "@tensorflow/tfjs";
import { pad, transpose } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { range } from "../graph/shape.js";

// TF.js images are [B, spatial .., C], ONNX's are [B, C, spatial ..]. Transposes around each node are left to ONNX Runtime, which
// moves and joins them. Everything here is for images (two spatial axes) and volumes (three).

/** What a sliding window needs to know of its spatial axes; each list has an entry for each. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly begin: readonly number[];
  readonly input: readonly number[];
  readonly output: readonly number[];
}

export function windowOf(info: tf.backend_util.Conv2DInfo | tf.backend_util.Conv3DInfo): Window {
  const image: Window = {
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    begin: [info.padInfo.top, info.padInfo.left],
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
  };
  if (!("filterDepth" in info)) return image;
  return {
    kernel: [info.filterDepth, ...image.kernel],
    strides: [info.strideDepth, ...image.strides],
    dilations: [info.dilationDepth, ...image.dilations],
    // TensorFlow's SAME is never negative; that of TF.js for volumes is where a stride is longer than the kernel.
    begin: [info.padInfo.front, ...image.begin].map((n) => Math.max(0, n)),
    input: [info.inDepth, ...image.input],
    output: [info.outDepth, ...image.output],
  };
}

/** How far along axis i the window reaches, from the first real element. */
function reach({ kernel, strides, dilations, begin, output }: Window, i: number): number {
  const at = (list: readonly number[]) => list[i]!;
  return (at(output) - 1) * at(strides) + (at(kernel) - 1) * at(dilations) + 1 - at(begin);
}

/** Padding at the end, so that the window fits exactly `output` times; never negative: ONNX ignores what is left over. */
export function padsOf(w: Window): number[] {
  return [...w.begin, ...w.input.map((n, i) => Math.max(0, reach(w, i) - n))];
}

/** Attributes of Conv and pools. */
export function windowAttributes(w: Window) {
  return { kernel_shape: w.kernel, strides: w.strides, dilations: w.dilations, pads: padsOf(w) };
}

/** [B, spatial .., C] -> [B, C, spatial ..] */
export function toChannelsFirst(g: Graph, x: Value): Value {
  const rank = x.shape.length;
  return transpose(g, x, [0, rank - 1, ...range(1, rank - 1)]);
}

/** [B, C, spatial ..] -> [B, spatial .., C] */
export function toChannelsLast(g: Graph, x: Value): Value {
  return transpose(g, x, [0, ...range(2, x.shape.length), 1]);
}

/** A filter of TF.js, [spatial .., a, b] -> [b, a, spatial ..]. */
export function toOnnxFilter(g: Graph, filter: Value): Value {
  const spatial = filter.shape.length - 2;
  return transpose(g, filter, [spatial + 1, spatial, ...range(0, spatial)]);
}

/**
 * ConvTranspose that gives exactly the input size of the window: padded at the begin by the node, at the end by a Pad (which may cut).
 * @param dy [B, C, output] @param filter [C, M, kernel]
 */
export function transposedConv(g: Graph, dy: Value, filter: Value, w: Window, channels: number, group = 1): Value {
  const grown = w.input.map((_, i) => reach(w, i));
  const none = w.input.map(() => 0);
  const attributes = { kernel_shape: w.kernel, strides: w.strides, dilations: w.dilations, pads: [...w.begin, ...none], group };
  const [batch] = dy.shape as [number];
  const full = g.add("ConvTranspose", [dy, filter], [batch, channels, ...grown], { attributes });
  return pad(g, full, [0, 0, ...none], [0, 0, ...w.input.map((n, i) => n - grown[i]!)]);
}
