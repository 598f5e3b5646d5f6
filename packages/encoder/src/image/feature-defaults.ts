import { LtadError, type StageSpec } from "@ltad/core";
import type { AnyImageEncoder } from "../load/image-folder.js";
import { checkImageSize } from "../onnx/onnx-image-encoder.js";

/** The features that are taken from an encoder by default. */
export interface FeatureDefaults {
  /** The side of the square input in pixels. */
  readonly inputSize: number;
  /** The numbers of the stages in use, ascending. */
  readonly stages: StageNumbers;
  /** How many pixels one token of the grid spans in each direction. */
  readonly gridStride: number;
}

/** At least one. */
type StageNumbers = [number, ...number[]];

/** Tokens along a side: enough to find a defect a twentieth as wide as the image, and few enough for a model of a few megabytes per class. */
const places = 24;

/**
 * Default settings for an encoder, which follow from its strides, its number of stages, and the size it was trained at.
 * An ONNX model runs once, to check whether it accepts the size.
 * @see docs/encoders.md, "Settings that follow from the encoder"
 */
export async function featureDefaults(encoder: AnyImageEncoder): Promise<FeatureDefaults> {
  const gridStride = gridStrideOf(encoder.stages);
  return { inputSize: await inputSizeFor(encoder, gridStride), stages: usefulStages(encoder.stages, gridStride), gridStride };
}

/** The largest stride up to 16, or the smallest stride if all are larger. */
function gridStrideOf(stages: readonly StageSpec[]): number {
  const strides = stages.map(({ stride }) => stride);
  const fine = strides.filter((stride) => stride <= 16);
  return fine.length > 0 ? Math.max(...fine) : Math.min(...strides);
}

/** The size that gives 24 tokens a side, but at most twice the training size. A model that accepts only one size keeps it. */
async function inputSizeFor(encoder: AnyImageEncoder, gridStride: number): Promise<number> {
  const side = Math.max(2, Math.min(places, Math.floor((2 * encoder.inputSize) / gridStride)));
  const size = side * gridStride;
  try {
    await checkImageSize(encoder, size);
    return size;
  } catch (error) {
    if (error instanceof LtadError && error.code === "LTAD_CONFIG") return encoder.inputSize;
    throw error;
  }
}

/**
 * Picks the stages whose features are used. Of stages with different strides, it takes the last one of each stride from a quarter of the grid's to
 * twice the grid's; of stages with one stride, those after half and after three quarters of the depth. The last stage of an encoder is
 * specialised in its training task, so it is used only when there is no other.
 */
export function usefulStages(stages: readonly StageSpec[], gridStride: number): StageNumbers {
  const depth = stages.length;
  const isUniform = new Set(stages.map(({ stride }) => stride)).size === 1;
  const middle = [Math.ceil(depth / 2), Math.max(1, Math.floor((3 * depth) / 4))].map((number) => stages[number - 1]!);
  const inner = stages.slice(0, -1).filter(({ stride }) => stride >= gridStride / 4 && stride <= 2 * gridStride);
  const lastOfEach = new Map(inner.map((stage) => [stage.stride, stage])).values();
  const useful = new Set((isUniform ? middle : [...lastOfEach]).map(({ stage }) => stage));
  const [first = stages[depth - 1]!.stage, ...others] = [...useful].sort((a, b) => a - b);
  return [first, ...others];
}
