import * as tf from "@tensorflow/tfjs";
import { bilinearMatrix, nearestMatrix, type ResizeRule } from "../nn/resize-matrices.js";
import { poolInfo, windowCounts } from "../kernels/pooling.js";
import { windowOf, type Window } from "../kernels/window.js";
import { run } from "./convolutions.js";

/** dx = A^T dy B for the two interpolation matrices of a resize. */
function resizeGradient(kernelName: string, matrixOf: typeof bilinearMatrix): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: ["images"],
    gradFunc: (dy, saved, attrs) => ({
      images: () => {
        const [b, h, w, c] = (saved[0] as tf.Tensor4D).shape;
        const [, height, width] = (dy as tf.Tensor4D).shape;
        const rule = attrs as unknown as ResizeRule;
        const matrix = (from: number, to: number) => tf.tensor3d(matrixOf(from, to, rule), [1, to, from]);
        const rows = tf.matMul(matrix(h, height), (dy as tf.Tensor).reshape([b, height, width * c]), true);
        return tf.matMul(matrix(w, width), rows.reshape([b * h, width, c]), true).reshape([b, h, w, c]);
      },
    }),
  };
}

/** Resizes and average pools: the cpu backend's are wrong for half-pixel centres, oblong images and padded windows. */
export const resamplingGradients: readonly tf.GradConfig[] = [
  resizeGradient("ResizeBilinear", bilinearMatrix),
  resizeGradient("ResizeNearestNeighbor", nearestMatrix),
  {
    // y = x d^-beta with d = bias + alpha W x^2, W the band matrix of neighbouring channels: dx = dy d^-beta - 2 alpha beta x W (dy y / d).
    // The cpu backend computes this too, by loops of its own; products of matrices run everywhere.
    kernelName: "LRN",
    inputsToSave: ["x"],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => ({
      x: () => {
        const [x, y] = saved as [tf.Tensor, tf.Tensor];
        const { depthRadius, bias, alpha, beta } = attrs as unknown as tf.LRNAttrs;
        const channels = x.shape.at(-1)!;
        const near = Array.from({ length: channels ** 2 }, (_, i) =>
          Math.abs(Math.floor(i / channels) - (i % channels)) <= depthRadius ? 1 : 0,
        );
        const sums = (v: tf.Tensor) => tf.matMul(v, tf.tensor4d(near, [1, 1, channels, channels]));
        const d = sums(x.square()).mul(alpha).add(bias);
        const direct = (dy as tf.Tensor).mul(d.pow(-beta));
        return direct.sub(
          sums((dy as tf.Tensor).mul(y).div(d))
            .mul(x)
            .mul(2 * alpha * beta),
        );
      },
    }),
  },
  {
    // A sum over windows is a depthwise convolution with ones, and dy is shared among the real pixels of each window.
    kernelName: "AvgPool",
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attrs) => ({
      x: () => {
        const x = saved[0] as tf.Tensor4D;
        const { strides, pad } = attrs as unknown as tf.AvgPoolAttrs;
        const window = windowOf(poolInfo(x, attrs as unknown as tf.AvgPoolAttrs));
        const filter = tf.ones([...window.kernel, x.shape[3], 1]);
        const attributes = { strides, pad, dilations: [1, 1], dimRoundingMode: undefined, inputShape: x.shape };
        return run("DepthwiseConv2dNativeBackpropInput", { dy: shared(dy as tf.Tensor, window), filter }, attributes);
      },
    }),
  },
  {
    // The same for volumes; TF.js has no depthwise convolution of volumes, so that the channels become images.
    kernelName: "AvgPool3D",
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attrs) => ({
      x: () => {
        const [batch, depth, height, width, channels] = (saved[0] as tf.Tensor5D).shape;
        const window = windowOf(poolInfo(saved[0] as tf.Tensor5D, attrs as unknown as tf.AvgPool3DAttrs));
        const { strides, pad } = attrs as unknown as tf.AvgPool3DAttrs;
        const images = shared(dy as tf.Tensor, window)
          .transpose([0, 4, 1, 2, 3])
          .reshape([batch * channels, ...window.output, 1]);
        const inputs = { dy: images, filter: tf.ones([...window.kernel, 1, 1]) };
        const inputShape = [batch * channels, depth, height, width, 1];
        const dx = run("Conv3DBackpropInputV2", inputs, { strides, pad, inputShape });
        return dx.reshape([batch, channels, depth, height, width]).transpose([0, 2, 3, 4, 1]);
      },
    }),
  },
  {
    kernelName: "MaxPoolWithArgmax",
    inputsToSave: ["x"],
    outputsToSave: [true, false],
    gradFunc: (dys, saved, attrs) => ({
      x: () => {
        const [input, output] = saved as [tf.Tensor, tf.Tensor];
        return run("MaxPoolGrad", { dy: (dys as tf.Tensor[])[0]!, input, output }, attrs);
      },
    }),
  },
];

/** dy divided by how many real elements each window has seen. */
function shared(dy: tf.Tensor, window: Window): tf.Tensor {
  return dy.div(tf.tensor(windowCounts(window), [1, ...window.output, 1]));
}
