import { type ImageProcessing, LtadError, type ResizeKernel, type StageSpec } from "@ltad/core";
import { anything, check, fields, having, listOf, oneOf, whole } from "@ltad/core/check";
import type { AnyImageEncoder } from "@ltad/encoder";
import type { Tiles } from "@ltad/feature-store";
import { planTiles } from "./plan-tiles.js";

/** How an image larger than a stage's map gets to the grid: averaged ("area") or sampled ("bilinear"). */
export type Shrink = "area" | "bilinear";

/** What is taken from an encoder. All of it decides the numbers, so all of it is saved with a model. */
export interface FeatureOptions {
  /** Side of the square input in pixels; best a multiple of the coarsest stride in use. */
  readonly inputSize: number;
  /** Stages of the encoder that make the patches, 1-based, ascending. */
  readonly stages: readonly number[];
  /** Stride of the grid in pixels; the grid has inputSize / gridStride tokens a side, rounded down. */
  readonly gridStride: number;
  readonly shrink: Shrink;
  /** "unit": each stage's part of a token has length sqrt(C_l), so that only its direction counts; "raw": as the encoder gives it. */
  readonly length: "unit" | "raw";
  /** Side of the tiles in which the encoder takes a larger input, in pixels; null or absent: as a whole. */
  readonly tile?: number | null;
}

/**
 * The layout of features that every other package relies on: one image is float32 [N, C], N = grid * grid tokens with
 * index y * grid + x, C = the channels of the stages one after another in ascending order; z is [zSize].
 */
export interface FeatureSpec extends Omit<FeatureOptions, "stages" | "tile"> {
  readonly stages: readonly StageSpec[];
  /** Absent where the encoder takes the input as a whole. */
  readonly tiles?: Tiles;
  /** The encoder's own filter, by which every image is resized. */
  readonly kernel: ResizeKernel;
  readonly grid: number;
  readonly tokens: number;
  readonly channels: number;
  readonly zSize: number;
}

const optionsRule = fields({
  inputSize: whole(1),
  stages: listOf(whole(1), 1),
  gridStride: whole(1),
  shrink: oneOf(["area", "bilinear"]),
  length: oneOf(["unit", "raw"]),
  tile: anything,
});

/**
 * The layout that these options give with this encoder.
 * @throws LtadError `LTAD_CONFIG` for stages the encoder has not, or a grid of less than 2 x 2
 */
export function featureSpec(
  encoder: Pick<AnyImageEncoder, "stages" | "zSize"> & { readonly processing: Pick<ImageProcessing, "kernel"> },
  options: FeatureOptions,
): FeatureSpec {
  check("featureSpec", { encoder, options }, { encoder: having("an encoder", "stages", "zSize", "processing"), options: optionsRule });
  const stages = options.stages.map((number) => stageOf(encoder.stages, number));
  const { inputSize, gridStride, shrink, length, tile } = options;
  const grid = Math.floor(inputSize / gridStride); // the last, partial place of an odd size counts into its neighbours
  if (grid < 2) {
    throw new LtadError(
      "LTAD_CONFIG",
      `features.gridStride: expected at most half of features.inputSize (${inputSize}), received ${gridStride}. Try ${Math.max(...stages.map((stage) => stage.stride))}.`,
    );
  }
  const tiles = tile && tile < inputSize ? planTiles(inputSize, tile, [gridStride, ...stages.map(({ stride }) => stride)]) : undefined;
  return {
    inputSize,
    gridStride,
    ...(tiles && { tiles }),
    shrink,
    length,
    kernel: encoder.processing.kernel,
    stages,
    grid,
    tokens: grid * grid,
    channels: sum(stages.map((s) => s.channels)),
    zSize: encoder.zSize,
  };
}

function stageOf(stages: readonly StageSpec[], number: number): StageSpec {
  const found = stages.find((stage) => stage.stage === number);
  if (found) return found;
  throw new LtadError(
    "LTAD_CONFIG",
    `features.stages: the encoder has the stages ${stages.map((s) => s.stage).join(", ")}, received ${number}. Set features.stages; "ltad encoders info" prints settings that fit.`,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
