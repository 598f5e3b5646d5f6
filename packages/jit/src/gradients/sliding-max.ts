import * as tf from "@tensorflow/tfjs";
import { dilationInfo } from "../kernels/images.js";
import { poolInfo } from "../kernels/pooling.js";
import { padsOf, windowOf, type Window } from "../kernels/window.js";
import { dilate, run } from "./convolutions.js";

// The largest of a window that slides over an image or a volume: its gradient goes to the first place that reaches it.
// Shapes: B images, C channels, K places of the window; input and output stand for all spatial axes.

/** dy spread over the places of the window that were the largest, [B, output, C, K]. @param sums [B, output, K, C] */
function taken(sums: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  const places = sums.shape.at(-2)!;
  return tf.oneHot(tf.argMax(sums, sums.rank - 2), places, 1, 0, "float32").mul(dy.expandDims(-1));
}

/** The input as each place of the window sees it, -Infinity outside: [B, output, K, C]. */
function shifted(x: tf.Tensor, w: Window): tf.Tensor {
  const axes = w.input.length;
  const pads = padsOf(w);
  const spatial = w.begin.map((before, i): [number, number] => [before, pads[axes + i]!]);
  const wide = x.pad([[0, 0], ...spatial, [0, 0]], -Infinity);
  const views = placesOf(w.kernel).map((place) => {
    const begin = place.map((at, i) => at * w.dilations[i]!);
    const end = begin.map((from, i) => from + (w.output[i]! - 1) * w.strides[i]! + 1);
    return tf.stridedSlice(wide, [0, ...begin, 0], [x.shape[0], ...end, x.shape.at(-1)!], [1, ...w.strides, 1]);
  });
  return tf.stack(views, axes + 1);
}

/** All places of a kernel, the last axis fastest. */
const placesOf = (kernel: readonly number[]): number[][] =>
  kernel.reduce<number[][]>((all, n) => all.flatMap((place) => Array.from({ length: n }, (_, i) => [...place, i])), [[]]);

/** Grey-scale dilation, y = max over k of (x shifted by k + filter_k). Only the cpu backend has kernels for its gradients. */
export const dilationGradient: tf.GradConfig = {
  kernelName: "Dilation2D",
  inputsToSave: ["x", "filter"],
  gradFunc: (dy, saved, attrs) => {
    const [x, filter] = saved as [tf.Tensor4D, tf.Tensor3D];
    const { strides, pad, dilations } = attrs as unknown as tf.Dilation2DAttrs;
    const window = windowOf(dilationInfo(x.shape, filter.shape, { strides, pad, dilations }));
    const [kh, kw, channels] = filter.shape;
    const places = kh * kw;
    const upstream = () => taken(shifted(x, window).add(filter.reshape([places, channels])), dy as tf.Tensor); // [B, h, w, C, K]
    return {
      // Each k takes one place of the window: the gradient of a depthwise convolution whose K filters have a single 1.
      x: () => {
        const units = dilate(tf.eye(places).reshape([kh, kw, 1, places]).tile([1, 1, channels, 1]), window.dilations);
        const images = upstream().reshape([x.shape[0], ...window.output, channels * places]);
        const inner = { strides, pad, dilations: [1, 1], inputShape: x.shape };
        return run("DepthwiseConv2dNativeBackpropInput", { dy: images, filter: units }, inner);
      },
      filter: () => upstream().sum([0, 1, 2]).transpose().reshape(filter.shape),
    };
  },
};

/** TF.js's own kernel confuses height and width of the window on its cpu backend; it is used where they are equal. */
export const maxPool3dGradient: tf.GradConfig = {
  kernelName: "MaxPool3D",
  inputsToSave: ["x"],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => ({
    x: () => {
      const [input, output] = saved as [tf.Tensor5D, tf.Tensor5D];
      const window = windowOf(poolInfo(input, attrs as unknown as tf.MaxPool3DAttrs));
      const [, height, width] = window.kernel;
      if (height === width) return run("MaxPool3DGrad", { dy: dy as tf.Tensor, input, output }, attrs);
      const [batch, depth, rows, columns, channels] = input.shape;
      const upstream = taken(shifted(input, window), dy as tf.Tensor).transpose([0, 4, 1, 2, 3, 5]); // [B, C, output, K]
      const places = upstream.shape.at(-1)!;
      const { strides, pad } = attrs as unknown as tf.MaxPool3DAttrs;
      const inputs = {
        dy: upstream.reshape([batch * channels, ...window.output, places]),
        filter: tf.eye(places).reshape([...window.kernel, 1, places]),
      };
      const dx = run("Conv3DBackpropInputV2", inputs, { strides, pad, inputShape: [batch * channels, depth, rows, columns, 1] });
      return dx.reshape([batch, channels, depth, rows, columns]).transpose([0, 2, 3, 4, 1]);
    },
  }),
};
