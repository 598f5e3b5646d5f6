import { type ImageProcessing, LtadError, type ResizeKernel, type StageSpec } from "@ltad/core";
import { anything, check, fields, having, listOf, oneOf, whole } from "@ltad/core/check";
import type { AnyImageEncoder } from "@ltad/encoder";
import type { Tiles } from "@ltad/feature-store";
import { planTiles } from "./plan-tiles.js";

/** How a map that is larger than the grid is resized to it: averaged ("area") or sampled ("bilinear"). */
export type Shrink = "area" | "bilinear";

/** Which features are taken from an encoder. All of these options affect the result, so they are saved with a model. */
export interface FeatureOptions {
  /** The side of the square input in pixels, preferably a multiple of the coarsest stride in use. */
  readonly inputSize: number;
  /** The stages of the encoder that the patches are made of, counted from 1, ascending. */
  readonly stages: readonly number[];
  /** The stride of the grid in pixels. The grid has inputSize / gridStride tokens a side, rounded down. */
  readonly gridStride: number;
  readonly shrink: Shrink;
  /** "unit" scales each stage's part of a token to the length sqrt(C_l), so that only its direction counts; "raw" keeps the encoder's values. */
  readonly length: "unit" | "raw";
  /** The side in pixels of the tiles into which a larger input is cut for the encoder; null or undefined to encode it as a whole. */
  readonly tile?: number | null;
}

/**
 * The layout of features, on which all other packages rely. The features of one image are float32 [N, C]: N = grid * grid tokens with the index
 * y * grid + x, and C channels, those of the stages one after another in ascending order. z is [zSize].
 */
export interface FeatureSpec extends Omit<FeatureOptions, "stages" | "tile"> {
  readonly stages: readonly StageSpec[];
  /** Undefined if the encoder takes the input as a whole. */
  readonly tiles?: Tiles;
  /** The filter that resizes every image, which is the encoder's own. */
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
 * The layout that follows from an encoder and these options.
 * @throws LtadError `LTAD_CONFIG` for stages that the encoder lacks, tiles that do not fit, or a grid smaller than 2 x 2
 */
export function featureSpec(
  encoder: Pick<AnyImageEncoder, "stages" | "zSize"> & { readonly processing: Pick<ImageProcessing, "kernel"> },
  options: FeatureOptions,
): FeatureSpec {
  check("featureSpec", { encoder, options }, { encoder: having("an encoder", "stages", "zSize", "processing"), options: optionsRule });
  const stages = options.stages.map((number) => stageOf(encoder.stages, number));
  const { inputSize, gridStride, shrink, length, tile } = options;
  const grid = Math.floor(inputSize / gridStride); // the partial position at the end of an odd size belongs to its neighbours
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
