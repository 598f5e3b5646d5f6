import * as tf from "@tensorflow/tfjs";
import { bilinearMatrix, nearestMatrix, type ResizeRule } from "../functions/resize-matrices.js";
import { poolInfo, windowCounts } from "../kernels/pooling.js";
import { windowOf } from "../kernels/window.js";

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
        const channels = x.shape.at(-1) as number;
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
        const count = tf.tensor4d(windowCounts(window), [1, ...window.output, 1]);
        const filter = tf.ones([...window.kernel, x.shape[3], 1]);
        const attributes = { strides, pad, dilations: [1, 1], dimRoundingMode: undefined, inputShape: x.shape };
        const inputs = { dy: (dy as tf.Tensor).div(count), filter };
        return tf.engine().runKernel<tf.Tensor>("DepthwiseConv2dNativeBackpropInput", inputs, attributes as unknown as tf.NamedAttrMap);
      },
    }),
  },
];
