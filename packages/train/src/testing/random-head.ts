import { createRng, flatten, float32, isNdArray, type NdArray, type Rng, sizeOf, type Tree, unflatten } from "@ltad/core";
import type { FeatureSpec } from "@ltad/features";
import { reconstructor } from "@ltad/reconstruct";
import { semantic } from "@ltad/semantic";
import type { HeadArrays } from "../head/head-graph.js";
import type { HeadConfig } from "../head/head.js";

// Made by hand for tests: B 5 images, K 4 classes, N = 3 * 3 tokens, C = 5 + 1 + 6 channels, Dz 7, Dt 13.

/** Sizes, pairwise different. */
export const [B, K, G, N, C, Dz, Dt] = [5, 4, 3, 9, 12, 7, 13];
export const spec: FeatureSpec = {
  inputSize: 48,
  gridStride: 16,
  shrink: "area",
  length: "raw",
  kernel: "linear",
  grid: G,
  tokens: N,
  channels: C,
  zSize: Dz,
  stages: [
    { stage: 2, channels: 5, stride: 4 },
    { stage: 3, channels: 1, stride: 8 },
    { stage: 5, channels: 6, stride: 16 },
  ],
};
/** A head with random numbers everywhere, also where training starts from 0. */
export function headArrays(config: HeadConfig, whitened: boolean): HeadArrays {
  const rng = createRng(`head/${config.reconstruct?.kind}`);
  const normals = (...shape: number[]) => float32(shape, rng.normals(sizeOf(shape)));
  const positive = (...shape: number[]) => float32(shape, rng.uniforms(sizeOf(shape), 0.5, 2));
  return {
    tables: {
      channelMean: normals(C),
      channelDeviation: positive(C),
      positionMean: normals(K, N, C),
      zMean: float32([Dz], rng.normals(Dz, 0.1)),
      zDeviation: positive(Dz),
      classZ: normals(K, Dz),
      ...(whitened && { whitening: symmetric(rng, C), axes: float32([K, N, 2, C], rng.normals(K * N * 2 * C, 0.2)), gain: positive(K) }),
    },
    ...(config.reconstruct && { pi: randomised(reconstructor(config.reconstruct).init(rng), rng) }),
    ...(config.semantic && {
      phi: randomised(semantic(config.semantic).init(rng), rng),
      prototypes: { normal: normals(K, Dt), abnormal: normals(K, Dt) },
    }),
    calibration: { error: positive(K), logitMean: normals(K), logitDeviation: positive(K), typical: positive(K), power: positive(K) },
  };
}

function randomised<P extends Tree<NdArray>>(tree: P, rng: Rng): P {
  const leaves = Object.entries(flatten<NdArray>(tree, isNdArray));
  return unflatten(Object.fromEntries(leaves.map(([name, { shape }]) => [name, float32(shape, rng.normals(sizeOf(shape), 0.4))]))) as P;
}

function symmetric(rng: Rng, size: number): NdArray {
  const half = rng.normals(K * size * size, 0.3);
  const mirrored = half.map((value, i) => {
    const [k, row, column] = [Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size];
    return value + half[(k * size + column) * size + row]!;
  });
  return float32([K, size, size], mirrored);
}

/** One number of an array. */
export function valueAt({ shape, data }: NdArray, at: readonly number[]): number {
  return data[at.reduce((index, place, axis) => index * shape[axis]! + place, 0)]!;
}

export function range<T>(n: number, of: (i: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => of(i));
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
