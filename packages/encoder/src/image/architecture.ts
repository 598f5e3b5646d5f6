import type { StageSpec } from "@ltad/core";
import type { ImageProcessing } from "./image-processing.js";

/** One stage: `blocks` inverted bottlenecks, of which the first has the stride and all have the kernel and expansion. */
export interface StagePlan {
  readonly kernel: number;
  readonly stride: number;
  /** Width inside a block relative to its input; 1 leaves the expanding convolution out. */
  readonly expansion: number;
  readonly channels: number;
  readonly blocks: number;
}

/**
 * Where the zeros around a strided convolution of kernel k are. They differ in stride 2 only: at stride 1 all are symmetric.
 * - `same`: TensorFlow's SAME, as many as the size needs, the odd one after (timm's `tf_efficientnet_*`, Keras, TF.js)
 * - `symmetric`: k/2 on every side (torchvision, timm's `efficientnet_*`)
 * - `trailing`: k/2 - 1 before and k/2 after, whatever the size (Hugging Face's EfficientNet and ALIGN); SAME for even sizes
 */
export type Padding = "same" | "symmetric" | "trailing";

/** An EfficientNet by numbers: a table of stages, and the dialect it was trained in. */
export interface EfficientNetPlan {
  readonly name: string;
  /** The square size it was trained at; any size works. */
  readonly inputSize: number;
  /** Channels of the first convolution, stride 2. */
  readonly stem: number;
  readonly stages: readonly StagePlan[];
  /** Width of squeeze-and-excite relative to the block's input. */
  readonly squeeze: number;
  readonly padding: Padding;
  /** Blocks, counted from 0 over all stages, that pad symmetrically all the same: Hugging Face's `depthwise_padding`. */
  readonly symmetricBlocks?: readonly number[];
  /** Of each channel, for RGB in 0..1: the network sees (x - mean) / deviation. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** How its own processor gets an image to that square, where the publisher says it. */
  readonly processing?: ImageProcessing;
}

/** The stages of a plan with the strides of their outputs. */
export function stageSpecs(plan: EfficientNetPlan): StageSpec[] {
  let stride = 2;
  return plan.stages.map(({ channels, stride: step }, i) => ({ stage: i + 1, channels, stride: (stride *= step) }));
}

/**
 * Name and shape of every parameter: convolutions [kernel, kernel, in, out], depthwise [kernel, kernel, channels, 1], biases [out].
 * Stages and blocks count from 0 in names, as lists do.
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
