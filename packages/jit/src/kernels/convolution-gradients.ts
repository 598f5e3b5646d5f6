import type * as tf from "@tensorflow/tfjs";
import { reshape, slice, transpose } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { convInfo, convInfo3d } from "./convolution.js";
import { kernel, type Kernels } from "./kernel.js";
import { padsOf, toChannelsFirst, toChannelsLast, toOnnxFilter, transposedConv, windowOf, type Window } from "./window.js";

type Four = [number, number, number, number];

/** Gradients of convolutions; those to the input are also tf.conv2dTranspose and tf.conv3dTranspose. */
export const convolutionGradients: Kernels = {
  Conv2DBackpropInput: kernel<"dy" | "filter", tf.Conv2DBackpropInputAttrs>((g, { dy, filter }, a) => {
    const window = windowOf(convInfo(a.inputShape, filter.shape, { ...a, dilations: 1 }));
    const channels = filter.shape[2]!;
    const nchw = a.dataFormat === "NCHW";
    const dx = transposedConv(g, g.full(nchw ? dy : toChannelsFirst(g, dy)), g.full(toOnnxFilter(g, filter)), window, channels);
    return nchw ? dx : toChannelsLast(g, dx);
  }),
  Conv2DBackpropFilter: kernel<"x" | "dy", tf.Conv2DBackpropFilterAttrs>((g, { x, dy }, a) => {
    const window = windowOf(convInfo(x.shape, a.filterShape, { ...a, dilations: 1 }));
    const [, , cin, cout] = a.filterShape;
    const nchw = a.dataFormat === "NCHW";
    const image = nchw ? transpose(g, x, [1, 0, 2, 3]) : transpose(g, x, [3, 0, 1, 2]);
    const upstream = nchw ? transpose(g, dy, [1, 0, 2, 3]) : transpose(g, dy, [3, 0, 1, 2]);
    const dw = correlate(g, g.full(image), g.full(upstream), window, [cin, cout]);
    return transpose(g, dw, [2, 3, 0, 1]);
  }),
  Conv3DBackpropInputV2: kernel<"dy" | "filter", tf.Conv3DBackpropInputV2Attrs>((g, { dy, filter }, a) => {
    const window = windowOf(convInfo3d(a.inputShape, filter.shape, a));
    const weights = g.full(toOnnxFilter(g, filter));
    return toChannelsLast(g, transposedConv(g, g.full(toChannelsFirst(g, dy)), weights, window, filter.shape[3]!));
  }),
  Conv3DBackpropFilterV2: kernel<"x" | "dy", tf.Conv3DBackpropFilterV2Attrs>((g, { x, dy }, a) => {
    const window = windowOf(convInfo3d(x.shape, a.filterShape, a));
    const channelsToBatch = (v: Value) => g.full(transpose(g, v, [4, 0, 1, 2, 3]));
    const dw = correlate(g, channelsToBatch(x), channelsToBatch(dy), window, [a.filterShape[3], a.filterShape[4]]);
    return transpose(g, dw, [2, 3, 4, 0, 1]);
  }),
  DepthwiseConv2dNativeBackpropInput: kernel<"dy" | "filter", tf.DepthwiseConv2dNativeBackpropInputAttrs>((g, { dy, filter }, a) => {
    const window = windowOf(convInfo(a.inputShape, filter.shape, a, true));
    const [kh, kw, c, m] = filter.shape as Four;
    const weights = reshape(g, transpose(g, filter, [2, 3, 0, 1]), [c * m, 1, kh, kw]);
    return toChannelsLast(g, transposedConv(g, g.full(toChannelsFirst(g, dy)), g.full(weights), window, c, c));
  }),
  DepthwiseConv2dNativeBackpropFilter: kernel<"x" | "dy", tf.DepthwiseConv2dNativeBackpropFilterAttrs>((g, { x, dy }, a) => {
    const window = windowOf(convInfo(x.shape, a.filterShape, a, true));
    const [kh, kw, c, m] = a.filterShape;
    const [batch, h, w] = x.shape as Four;
    const image = reshape(g, transpose(g, x, [3, 0, 1, 2]), [1, c * batch, h, w]);
    const upstream = transpose(g, dy, [3, 0, 1, 2]);
    const dw = correlate(g, g.full(image), g.full(upstream), window, [1, c * m], c);
    return transpose(g, reshape(g, dw, [c, m, kh, kw]), [2, 3, 0, 1]);
  }),
};

/** The gradient to a filter is a convolution of the image with dy in which strides and dilations change places; what is left over is cut. */
function correlate(g: Graph, image: Value, dy: Value, w: Window, lead: readonly [number, number], group = 1): Value {
  const pads = padsOf(w);
  const size = w.input.map((n, i) => {
    const padded = n + pads[i]! + pads[i + w.input.length]!;
    return Math.floor((padded - (w.output[i]! - 1) * w.strides[i]! - 1) / w.dilations[i]!) + 1;
  });
  const attributes = { kernel_shape: w.output, strides: w.dilations, dilations: w.strides, pads, group };
  const full = g.add("Conv", [image, dy], [...lead, ...size], { attributes });
  return slice(
    g,
    full,
    full.shape.map(() => 0),
    [...lead, ...w.kernel],
  );
}
