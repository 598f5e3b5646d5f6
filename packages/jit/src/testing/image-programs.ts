import * as tf from "@tensorflow/tfjs";
import type { In } from "./kernel-programs.js";

type T = tf.Tensor;
const image = (x: T) => x as tf.Tensor4D;
const volume = (x: T) => x as tf.Tensor5D;

/** Programs of images and volumes, like those of kernel-programs.ts. */
export const imagePrograms: Record<string, (x: In) => T | T[]> = {
  "space to batch and back": ({ image: x }) => {
    const cells = tf.spaceToBatchND(
      x,
      [2, 3],
      [
        [0, 2],
        [1, 1],
      ],
    );
    return [
      cells,
      tf.batchToSpaceND(
        cells,
        [2, 3],
        [
          [0, 2],
          [1, 1],
        ],
      ),
      tf.grad((v) =>
        tf
          .spaceToBatchND(
            v,
            [2, 1],
            [
              [0, 0],
              [0, 0],
            ],
          )
          .square()
          .sum(),
      )(x),
    ];
  },
  "depth to space": ({ image: x }) => tf.depthToSpace(image(x), 2, "NHWC"),
  "local response normalisation": ({ image: x }) => tf.localResponseNormalization(image(x), 1, 1.5, 0.7, 0.6),
  "local response normalisation's gradient": ({ image: x }) =>
    tf.grad((v) => tf.localResponseNormalization(image(v), 2, 1.5, 0.7, 0.6).mul(x).sum())(x),
  flips: ({ image: x }) => tf.image.flipLeftRight(image(x)),
  "batch norm of channels": ({ image: x }) => tf.batchNorm(x, x.mean([0, 1, 2]), tf.moments(x, [0, 1, 2]).variance),
  "fused convolutions": ({ image: x, filter, deep }) => [
    tf.fused.conv2d({ x: image(x), filter: image(filter), strides: 2, pad: "same", activation: "relu", bias: tf.tensor1d([1, 2, 3]) }),
    tf.fused.conv2d({
      x: image(x),
      filter: image(filter),
      strides: 1,
      pad: "valid",
      activation: "prelu",
      bias: tf.tensor1d([1, 2, 3]),
      preluActivationWeights: tf.tensor3d([0.1, 0.2, 0.3], [1, 1, 3]),
    }),
    tf.fused.depthwiseConv2d({ x: image(x), filter: image(deep), strides: 1, pad: "same", activation: "relu6", bias: tf.range(0, 8) }),
  ],
  "convolution and pool with explicit and rounded pads": ({ image: x, filter }) => [
    tf.conv2d(image(x), image(filter), 2, 1, "NHWC", 1, "floor"),
    tf.conv2d(image(x), image(filter), [2, 3], 1, "NHWC", 1, "ceil"),
    tf.maxPool(image(x), 3, 2, 1, "ceil"),
    tf.conv2d(image(x), image(filter), 1, [
      [0, 0],
      [2, 0],
      [0, 3],
      [0, 0],
    ]),
  ],
  "separable convolution": ({ image: x, deep }) => tf.separableConv2d(image(x), image(deep), tf.ones([1, 1, 8, 2]), 1, "same"),
  "dilated depthwise gradient": ({ image: x, deep }) =>
    tf.grads((v, w) => tf.depthwiseConv2d(image(v), image(w), 1, "same", "NHWC", [2, 1]).square().sum())([x, deep]),
  "first-channel convolution": ({ image: x, filter }) =>
    tf.conv2d(tf.transpose(image(x), [0, 3, 1, 2]), image(filter), 2, "same", "NCHW").transpose([0, 2, 3, 1]),
  resizes: ({ image: x }) => [tf.image.resizeBilinear(image(x), [3, 9]), tf.image.resizeNearestNeighbor(image(x), [9, 3], true)],
  "volumes: convolution": ({ volume: x, filter3d }) => [
    tf.conv3d(volume(x), volume(filter3d), [1, 2, 1], "same"),
    tf.conv3d(volume(x), volume(filter3d), 1, "valid", "NDHWC", [2, 1, 3]),
    ...tf.grads((v, w) => tf.conv3d(volume(v), volume(w), [2, 1, 2], "valid").square().sum())([x, filter3d]),
    tf.conv3dTranspose(volume(tf.ones([1, 2, 3, 2, 3])), volume(filter3d), [1, 4, 5, 4, 2], 2, "same"),
  ],
  "volumes: pools": ({ volume: x }) => [
    tf.maxPool3d(volume(x), [2, 3, 2], [1, 2, 2], "same"),
    tf.avgPool3d(volume(x), [2, 3, 2], [1, 2, 2], "same"),
    tf.maxPool3d(volume(x), 2, 2, "valid"),
    tf.grad((v) => tf.maxPool3d(volume(v), 2, 2, "same").square().sum())(x),
    tf.grad((v) => tf.avgPool3d(volume(v), 2, 1, "valid").square().sum())(x),
  ],
  "largest with places": ({ image: x }) => {
    const [one, all] = [false, true].map((batch) => tf.maxPoolWithArgmax(image(x), [3, 2], 2, "same", batch));
    return [one?.result, one?.indexes, all?.result, all?.indexes] as T[];
  },
  dilations: ({ image: x, deep }) => [
    tf.dilation2d(image(x), deep.slice([0, 0, 0, 0], [3, 2, 4, 1]).reshape<tf.Tensor3D>([3, 2, 4]), [1, 2], "same", [2, 1]),
    tf.dilation2d(image(x), tf.zeros<tf.Rank.R3>([1, 1, 4]), 1, "valid"),
  ],
  "crops of boxes": ({ image: x, ids }) => {
    const boxes = tf.tensor2d([0, 0, 1, 1, 0.2, 0.9, 0.75, 0.1, -0.2, 0.1, 0.5, 1.2], [3, 4]);
    const places = ids
      .slice([0, 1], [1, 2])
      .flatten()
      .concat(tf.tensor1d([1], "int32"))
      .minimum<tf.Tensor1D>(tf.scalar(1, "int32"));
    return (["bilinear", "nearest"] as const).flatMap((method) => [
      tf.image.cropAndResize(image(x), boxes, places, [4, 5], method, -7),
      tf.image.cropAndResize(image(x), boxes, places, [1, 3], method),
    ]);
  },
  rotations: ({ image: x }) => [
    tf.image.rotateWithOffset(image(x), 0.7, 0.5, [0.4, 0.6]),
    tf.image.rotateWithOffset(image(x), -2, [1, 2, 3]),
  ],
};
