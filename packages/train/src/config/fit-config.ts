import { type Split, readImageHeader } from "@ltad/data";
import { type AnyImageEncoder, checkImageSize, featureDefaults } from "@ltad/encoder";
import { type FeatureSpec, featureSpec, type StatisticsOptions } from "@ltad/features";
import type { TrainConfig } from "./config-schema.js";
import { checkNeighbourhood } from "./resolve-config.js";

/** The same fields without the value "auto". */
type Decided<T> = { readonly [Name in keyof T]: Exclude<T[Name], "auto"> };

/** A config without any "auto". */
export type FittedConfig = Omit<TrainConfig, "features" | "whitening"> & {
  readonly features: Decided<TrainConfig["features"]>;
  readonly whitening: StatisticsOptions;
};

/**
 * Replaces each "auto" of a config by the value that follows from the encoder or, for the size of a tiled input, from the images.
 * @throws LtadError `LTAD_CONFIG` when the encoder does not accept images of the configured size
 * @see docs/encoders.md, "Settings that follow from the encoder"
 */
export async function fitConfig(config: TrainConfig, encoder: AnyImageEncoder, split: Split): Promise<FittedConfig> {
  const features = await fitFeatures(config.features, encoder, split);
  await checkImageSize(encoder, features.tile === null ? features.inputSize : Math.min(features.tile, features.inputSize));
  const spec = featureSpec(encoder, features);
  checkNeighbourhood(config, spec.grid);
  const { positionRank: rank } = config.whitening;
  return { ...config, features, whitening: { ...config.whitening, positionRank: rank === "auto" ? rankFor(spec) : rank } };
}

async function fitFeatures(given: TrainConfig["features"], encoder: AnyImageEncoder, split: Split): Promise<FittedConfig["features"]> {
  const { inputSize, tile, stages, gridStride } = given;
  if (inputSize !== "auto" && stages !== "auto" && gridStride !== "auto") return { ...given, inputSize, stages, gridStride };
  const defaults = await featureDefaults(encoder);
  const chosen = {
    ...given,
    stages: stages === "auto" ? defaults.stages : stages,
    gridStride: gridStride === "auto" ? defaults.gridStride : gridStride,
  };
  if (inputSize !== "auto") return { ...chosen, inputSize };
  const size = tile === null ? 0 : await sizeOfImages(split, Math.max(...encoder.stages.map(({ stride }) => stride)));
  return { ...chosen, inputSize: tile !== null && size > tile ? size : defaults.inputSize };
}

const largest = 2048; // pixels of a side; the features of a larger image take more than 24 MB

/** The median of the longer sides of the images, in whole strides, but at most 2048 pixels. */
async function sizeOfImages({ classes }: Split, stride: number): Promise<number> {
  const sides: number[] = [];
  for (const { file } of classes.flatMap(({ train }) => train)) {
    const { width, height } = await readImageHeader(file);
    sides.push(Math.max(width, height));
  }
  const median = sides.sort((a, b) => a - b)[Math.floor(sides.length / 2)]!;
  return Math.min(Math.ceil(median / stride), Math.floor(largest / stride)) * stride;
}

const [mostAxes, classBytes] = [8, 6e6];

/** The number of axes of each position: 8, or fewer so that the tables of a class (m_c,i, W_c and axes in half precision) take at most 6 MB. */
export function rankFor({ tokens, channels }: Pick<FeatureSpec, "tokens" | "channels">): number {
  const axis = 2 * tokens * channels;
  return Math.max(0, Math.min(mostAxes, Math.floor((classBytes - axis - 2 * channels ** 2) / axis)));
}
