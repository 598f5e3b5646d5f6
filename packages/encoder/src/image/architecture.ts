import type { StageSpec } from "@ltad/core";
import type { ImageProcessing } from "./image-processing.js";

/** One stage of `blocks` inverted bottlenecks. All have the same kernel and expansion, and only the first has the stride. */
export interface StagePlan {
  readonly kernel: number;
  readonly stride: number;
  /** The width inside a block relative to that of its input; 1 omits the expanding convolution. */
  readonly expansion: number;
  readonly channels: number;
  readonly blocks: number;
}

/**
 * Where a strided convolution with kernel k adds zeros. The kinds differ at stride 2 only; at stride 1 all are symmetric.
 * - `same`: TensorFlow's SAME, as many zeros as the size needs, with an odd one after the image (timm's `tf_efficientnet_*`, Keras, TF.js)
 * - `symmetric`: k/2 on every side (torchvision, timm's `efficientnet_*`)
 * - `trailing`: k/2 - 1 before and k/2 after, whatever the size (Hugging Face's EfficientNet and ALIGN); equals SAME for even sizes
 */
export type Padding = "same" | "symmetric" | "trailing";

/** The numbers that define an EfficientNet: its table of stages, and the conventions it was trained with. */
export interface EfficientNetPlan {
  readonly name: string;
  /** The side in pixels of the square images it was trained on; other sizes work too. */
  readonly inputSize: number;
  /** Channels of the first convolution, whose stride is 2. */
  readonly stem: number;
  readonly stages: readonly StagePlan[];
  /** The width of squeeze-and-excite relative to that of the block's input. */
  readonly squeeze: number;
  readonly padding: Padding;
  /** Blocks, counted from 0 over all stages, that pad symmetrically regardless of {@link Padding}: Hugging Face's `depthwise_padding`. */
  readonly symmetricBlocks?: readonly number[];
  /** Of each channel, for RGB in 0..1: the network sees (x - mean) / deviation. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** How the model's own processor turns an image into that square, if the publisher states it. */
  readonly processing?: ImageProcessing;
}

/** The stages of a plan, with the channels and strides of their outputs. */
export function stageSpecs(plan: EfficientNetPlan): StageSpec[] {
  let stride = 2;
  return plan.stages.map(({ channels, stride: step }, i) => ({ stage: i + 1, channels, stride: (stride *= step) }));
}

/**
 * The name and shape of every parameter: convolutions [kernel, kernel, in, out], depthwise convolutions [kernel, kernel, channels, 1], biases
 * [out]. Names count stages and blocks from 0.
 */
export function efficientNetShapes(plan: EfficientNetPlan): Record<string, readonly number[]> {
  const shapes: Record<string, readonly number[]> = {};
  const layer = (name: string, shape: readonly number[], bias: number) =>
    Object.assign(shapes, { [`${name}.weight`]: shape, [`${name}.bias`]: [bias] });
  layer("stem", [3, 3, 3, plan.stem], plan.stem);
  let input = plan.stem;
  plan.stages.forEach(({ kernel, expansion, channels, blocks }, s) => {
    for (let b = 0; b < blocks; b++) {
      const name = `stages.${s}.blocks.${b}`;
      const [wide, narrow] = [input * expansion, Math.max(1, Math.floor(input * plan.squeeze))];
      if (expansion !== 1) layer(`${name}.expand`, [1, 1, input, wide], wide);
      layer(`${name}.depthwise`, [kernel, kernel, wide, 1], wide);
      layer(`${name}.squeeze`, [1, 1, wide, narrow], narrow);
      layer(`${name}.excite`, [1, 1, narrow, wide], wide);
      layer(`${name}.project`, [1, 1, wide, channels], channels);
      input = channels;
    }
  });
  return shapes;
}
