import type { EfficientNetPlan, Padding, StagePlan } from "./architecture.js";

/** The table of B0 (Tan and Le 2019, table 1), which the other variants widen and deepen. */
const base = {
  stem: 32,
  kernels: [3, 3, 5, 3, 5, 5, 3],
  strides: [1, 2, 2, 2, 1, 2, 1],
  expansions: [1, 6, 6, 6, 6, 6, 6],
  channels: [16, 24, 40, 80, 112, 192, 320],
  blocks: [1, 2, 2, 3, 3, 4, 1],
} as const;

/** The width, the depth and the training size of each variant. */
const variants = {
  b0: [1, 1, 224],
  b1: [1, 1.1, 240],
  b2: [1.1, 1.2, 260],
  b3: [1.2, 1.4, 300],
  b4: [1.4, 1.8, 380],
  b5: [1.6, 2.2, 456],
  b6: [1.8, 2.6, 528],
  b7: [2, 3.1, 600],
} as const;

/** "b0" to "b7". */
export type EfficientNetVariant = keyof typeof variants;
export const efficientNetVariants = Object.keys(variants) as readonly EfficientNetVariant[];

export const imageNetMean: readonly number[] = [0.485, 0.456, 0.406];
export const imageNetDeviation: readonly number[] = [0.229, 0.224, 0.225];

/** The plan of B0 to B7, with ImageNet's normalisation, which both PyTorch libraries and Keras use. */
export function efficientNetPlan(variant: EfficientNetVariant, padding: Padding = "same"): EfficientNetPlan {
  const [width, depth, inputSize] = variants[variant];
  return {
    name: `efficientnet-${variant}`,
    inputSize,
    ...scaledStages({ ...base, width, depth, divisor: 8 }),
    squeeze: 0.25,
    padding,
    mean: imageNetMean,
    deviation: imageNetDeviation,
  };
}

/** A table to scale, with the channels and blocks for width 1 and depth 1. */
export interface ScaledTable {
  readonly stem: number;
  readonly kernels: readonly number[];
  readonly strides: readonly number[];
  readonly expansions: readonly number[];
  readonly channels: readonly number[];
  readonly blocks: readonly number[];
  readonly width: number;
  readonly depth: number;
  readonly divisor: number;
}

/** Compound scaling: channels are multiplied by the width and rounded to the divisor; blocks are multiplied by the depth and rounded up. */
export function scaledStages({ width, depth, divisor, ...table }: ScaledTable): Pick<EfficientNetPlan, "stem" | "stages"> {
  const scaled = (channels: number) => roundChannels(channels * width, divisor);
  const stages = table.channels.map((channels, s) => ({
    kernel: table.kernels[s]!,
    stride: table.strides[s]!,
    expansion: table.expansions[s]!,
    channels: scaled(channels),
    blocks: Math.ceil(depth * table.blocks[s]!),
  })) satisfies StagePlan[];
  return { stem: scaled(table.stem), stages };
}

/** The nearest multiple of the divisor, or the next one when the nearest would lose more than a tenth of the channels. */
function roundChannels(channels: number, divisor: number): number {
  const rounded = Math.max(divisor, Math.floor((channels + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * channels ? rounded + divisor : rounded;
}
