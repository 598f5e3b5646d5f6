import * as tf from "@tensorflow/tfjs";
import { add, reshape, transpose } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { kernel, type Kernels } from "./kernel.js";
import { activate } from "./linalg.js";
import { toChannelsFirst, toChannelsLast, toOnnxFilter, windowAttributes, windowOf } from "./window.js";

type Fused = Partial<Record<"bias" | "preluActivationWeights", Value>> & Record<"x" | "filter", Value>;

/** Convolutions forward. Filters: [kh, kw, in, out], depthwise [kh, kw, channels, multiplier], of volumes [kd, kh, kw, in, out]. */
export const convolution: Kernels = {
  Conv2D: kernel<"x" | "filter", tf.Conv2DAttrs>((g, { x, filter }, attributes) => conv2d(g, x, filter, attributes)),
  DepthwiseConv2dNative: kernel<"x" | "filter", tf.DepthwiseConv2dNativeAttrs>((g, { x, filter }, attributes) =>
    depthwise(g, x, filter, attributes),
  ),
  Conv3D: kernel<"x" | "filter", tf.Conv3DAttrs>((g, { x, filter }, attributes) => {
    const info = convInfo3d(x.shape, filter.shape, attributes);
    const out = [info.batchSize, info.outChannels, info.outDepth, info.outHeight, info.outWidth];
    const operands = [g.full(toChannelsFirst(g, x)), g.full(toOnnxFilter(g, filter))];
    return toChannelsLast(g, g.add("Conv", operands, out, { attributes: windowAttributes(windowOf(info)) }));
  }),
  FusedConv2D: kernel<never, tf.FusedConv2DAttrs>((g, inputs, attributes) => {
    const { x, filter, bias, preluActivationWeights } = inputs as Fused;
    const y = conv2d(g, x, filter, attributes);
    return activate(g, bias ? add(g, y, bias) : y, attributes, preluActivationWeights);
  }),
  FusedDepthwiseConv2D: kernel<never, tf.FusedDepthwiseConv2DAttrs>((g, inputs, attributes) => {
    const { x, filter, bias, preluActivationWeights } = inputs as Fused;
    const y = depthwise(g, x, filter, attributes);
    return activate(g, bias ? add(g, y, bias) : y, attributes, preluActivationWeights);
  }),
};

type Attributes = Pick<tf.Conv2DAttrs, "strides" | "pad" | "dilations" | "dimRoundingMode"> & { dataFormat?: "NHWC" | "NCHW" };

export function convInfo(x: readonly number[], filter: readonly number[], a: Attributes, isDepthwise = false) {
  return tf.backend_util.computeConv2DInfo(
    x as [number, number, number, number],
    filter as [number, number, number, number],
    a.strides,
    a.dilations ?? 1,
    a.pad,
    a.dimRoundingMode,
    isDepthwise,
    a.dataFormat === "NCHW" ? "channelsFirst" : "channelsLast",
  );
}

export function convInfo3d(
  x: readonly number[],
  filter: readonly number[],
  { strides, pad, dilations }: Pick<tf.Conv3DAttrs, "strides" | "pad"> & { dilations?: tf.Conv3DAttrs["dilations"] },
) {
  type Five = [number, number, number, number, number];
  return tf.backend_util.computeConv3DInfo(x as Five, filter as Five, strides, dilations ?? 1, pad);
}

function conv2d(g: Graph, x: Value, filter: Value, a: Attributes): Value {
  const info = convInfo(x.shape, filter.shape, a);
  const first = a.dataFormat === "NCHW";
  const weights = toOnnxFilter(g, filter);
  const out = [info.batchSize, info.outChannels, info.outHeight, info.outWidth];
  const group = info.inChannels / filter.shape[2]!;
  const y = g.add("Conv", [first ? x : g.full(toChannelsFirst(g, x)), g.full(weights)], out, {
    attributes: { ...windowAttributes(windowOf(info)), group },
  });
  return first ? y : toChannelsLast(g, y);
}

function depthwise(g: Graph, x: Value, filter: Value, a: Attributes): Value {
  const info = convInfo(x.shape, filter.shape, a, true);
  const [kh, kw, c, m] = filter.shape as [number, number, number, number];
  const weights = reshape(g, transpose(g, filter, [2, 3, 0, 1]), [c * m, 1, kh, kw]);
  const out = [info.batchSize, c * m, info.outHeight, info.outWidth];
  const attributes = { ...windowAttributes(windowOf(info)), group: c };
  return toChannelsLast(g, g.add("Conv", [g.full(toChannelsFirst(g, x)), g.full(weights)], out, { attributes }));
}
