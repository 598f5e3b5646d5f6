import { createRng, flatten, float32, isNdArray, type NdArray, type Rng, sizeOf, type Tree, unflatten } from "@ltad/core";
import type { ClassStatistics, FeatureSpec } from "@ltad/features";
import type { ImageFeatures } from "@ltad/feature-store";
import type { TrainConfig } from "../config/config-schema.js";
import { resolveConfig } from "../config/resolve-config.js";
import type { TrainingSet } from "../run/training-set.js";

// Made by hand for tests: K 3 classes of 6, 3 and 1 images, N = 4 x 4 tokens, C = 5 + 2 + 6 channels, Dz 7, Dt 8 (the tiny text encoder's).

export const spec: FeatureSpec = {
  inputSize: 64,
  gridStride: 16,
  shrink: "area",
  length: "raw",
  kernel: "linear",
  grid: 4,
  tokens: 16,
  channels: 13,
  zSize: 7,
  stages: [
    { stage: 2, channels: 5, stride: 4 },
    { stage: 3, channels: 2, stride: 8 },
    { stage: 5, channels: 6, stride: 16 },
  ],
};

export const counts = [6, 3, 1];
export const labels = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2];

/** A set of these images, in memory. */
export function setOf(images: readonly ImageFeatures[]): TrainingSet {
  return { classes: ["a", "b", "c"], counts, labels, store: { read: async (index) => images[index]! } };
}

/** Ten images of random features. */
export function randomImages(rng: Rng): ImageFeatures[] {
  return labels.map(() => ({ features: float32([1, 16, 13], rng.normals(16 * 13)), z: float32([1, 7], rng.normals(7)) }));
}

/**
 * Plainly: gain (x - U^T U x) with x = W (f / deviation - m_c,i), or what is left of it by `part` "way": the same of a difference; without
 * whitening (f - mean) / deviation.
 */
export function plainWhitened(
  statistics: ClassStatistics,
  values: readonly number[],
  { label, place, part }: { readonly label: number; readonly place: number; readonly part: "patch" | "way" },
): number[] {
  const { channelMean, channelDeviation, positionMean, whitening, axes, gain } = statistics;
  const inUnits = values.map((value, c) => value / valueAt(channelDeviation, c));
  if (!whitening || !axes || !gain)
    return inUnits.map((value, c) => value - (part === "way" ? 0 : valueAt(channelMean, c) / valueAt(channelDeviation, c)));
  const left = inUnits.map((value, c) => value - (part === "way" ? 0 : valueAt(positionMean, label, place, c)));
  const x = left.map((_, row) => sum(left.map((value, column) => value * valueAt(whitening, label, row, column))));
  const shares = [0, 1].map((k) => sum(x.map((value, c) => value * valueAt(axes, label, place, k, c))));
  return x.map((value, c) => valueAt(gain, label) * (value - sum(shares.map((share, k) => share * valueAt(axes, label, place, k, c)))));
}

/** Both presets' forms for {@link spec}, small. */
export const configs: Readonly<Record<"recommended" | "paper", TrainConfig>> = {
  recommended: resolveConfig({
    sets: [
      "features.inputSize=64",
      "features.stages=[2,3,5]",
      "whitening.positionRank=2",
      "detect.images=5",
      "detect.tokens=9",
      "reconstruct.width=8",
      "reconstruct.hidden=10",
      "reconstruct.blocks=1",
      "semantic.width=11",
      "augment.batch=3",
      "augment.latent=4",
      "augment.width=8",
    ],
  }),
  paper: resolveConfig({
    preset: "paper",
    sets: [
      "features.inputSize=64",
      "features.stages=[2,3,5]",
      "detect.images=5",
      "reconstruct.width=8",
      "reconstruct.heads=2",
      "reconstruct.hidden=10",
      "reconstruct.encoderLayers=1",
      "reconstruct.decoderLayers=1",
      "reconstruct.neighbourhood=1",
    ],
  }),
};

/** Random statistics; by class they have whitening and two axes at each position. */
export function randomStatistics(rng: Rng, by: "class" | "none"): ClassStatistics {
  const normals = (...shape: number[]) => float32(shape, rng.normals(sizeOf(shape)));
  const positive = (...shape: number[]) => float32(shape, rng.uniforms(sizeOf(shape), 0.5, 2));
  return {
    channelMean: normals(13),
    channelDeviation: positive(13),
    positionMean: normals(3, 16, 13),
    ...(by === "class" && {
      whitening: symmetric(rng, 13),
      axes: float32([3, 16, 2, 13], rng.normals(3 * 16 * 2 * 13, 0.2)),
      gain: positive(3),
    }),
    zMean: normals(7),
    zDeviation: positive(7),
    classZ: normals(3, 7),
  };
}

/** Unit rows [3, 8]. */
export function randomPrototypes(rng: Rng): { normal: NdArray; abnormal: NdArray } {
  const table = () => {
    const rows = [0, 1, 2].map(() => [...rng.normals(8)]);
    return float32(
      [3, 8],
      rows.flatMap((row) => row.map((x) => x / Math.hypot(...row))),
    );
  };
  return { normal: table(), abnormal: table() };
}

/** The same parameters with random numbers everywhere, also where training starts from 0. */
export function randomised<P extends Tree<NdArray>>(tree: P, seed: string): P {
  const rng = createRng(seed);
  const leaves = Object.entries(flatten<NdArray>(tree, isNdArray));
  return unflatten(Object.fromEntries(leaves.map(([name, { shape }]) => [name, float32(shape, rng.normals(sizeOf(shape), 0.4))]))) as P;
}

/** One number of an array. */
export function valueAt({ shape, data }: NdArray, ...at: readonly number[]): number {
  return data[at.reduce((index, place, axis) => index * shape[axis]! + place, 0)]!;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function symmetric(rng: Rng, size: number): NdArray {
  const half = rng.normals(3 * size * size, 0.3);
  const mirrored = half.map((value, i) => {
    const [k, row, column] = [Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size];
    return value + half[(k * size + column) * size + row]!;
  });
  return float32([3, size, size], mirrored);
}
