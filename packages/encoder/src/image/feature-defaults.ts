import { LtadError, type StageSpec } from "@ltad/core";
import type { AnyImageEncoder } from "../load/image-folder.js";
import { checkImageSize } from "../onnx/onnx-image-encoder.js";

/** What is taken from an encoder unless the user says otherwise. */
export interface FeatureDefaults {
  /** Side of the input in pixels. */
  readonly inputSize: number;
  /** Numbers of the stages, ascending. */
  readonly stages: StageNumbers;
  /** Pixels to one token of the grid. */
  readonly gridStride: number;
}

/** At least one. */
type StageNumbers = [number, ...number[]];

/** Tokens along a side: enough for a defect of a twentieth of the image, and few enough for a model of a few megabytes a class. */
const places = 24;

/**
 * Settings that follow from what an encoder is: its strides, its number of stages, and the size it was trained at.
 * @see docs/encoders.md, "Settings that follow from the encoder"
 */
export async function featureDefaults(encoder: AnyImageEncoder): Promise<FeatureDefaults> {
  const gridStride = gridStrideOf(encoder.stages);
  return { inputSize: await inputSizeFor(encoder, gridStride), stages: usefulStages(encoder.stages, gridStride), gridStride };
}

/** The largest stride of at most 16, else the smallest. */
function gridStrideOf(stages: readonly StageSpec[]): number {
  const strides = stages.map(({ stride }) => stride);
  const fine = strides.filter((stride) => stride <= 16);
  return fine.length > 0 ? Math.max(...fine) : Math.min(...strides);
}

/** 24 places a side, but no more than twice the size of the training; a model of one size has no choice. */
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
 * Convolutional stages: the last one of each stride from a quarter of the grid's to twice the grid's. Blocks of one stride: those in the middle
 * and after three quarters. The encoder's last stage is for what it was trained to name, and is left out where there are others.
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
