import { float32, int32, type NdArrays, type Rng } from "@ltad/core";
import type { FeatureSpec } from "@ltad/features";
import type { ImageFeatures } from "@ltad/feature-store";
import type { TrainConfig } from "../config/config-schema.js";
import { foreignSampler, imageSampler } from "../run/draw.js";
import type { NoisePool } from "./noise-pool.js";
import type { Mixing } from "../phase1/synthetic-images.js";
import type { TrainingSet } from "../run/training-set.js";

// Shapes: B images a step, T patches of each, C channels, D channels of all groups together.

export interface DetectBatchOptions {
  readonly set: TrainingSet;
  readonly spec: FeatureSpec;
  readonly config: TrainConfig;
  /** D, see above. */
  readonly patchSize: number;
  /** Without it all images are real. */
  readonly mixing: Mixing | undefined;
  readonly noise: NoisePool;
}

/** Draws the inputs of one step of phase 2; every random number of the step is drawn here. */
export function detectBatches({
  set,
  spec,
  config,
  patchSize,
  mixing,
  noise,
}: DetectBatchOptions): (step: number, rng: Rng) => Promise<NdArrays> {
  const { detect, anomaly } = config;
  const [images, tokens] = [detect.images, detect.tokens ?? spec.tokens];
  const shape = [images, tokens, spec.channels] as const;
  const sample = imageSampler(set.labels, set.counts, detect.classPower);
  const foreignOf = foreignSampler(set.labels, set.classes.length);
  const positionsOf = (rng: Rng) => Array.from({ length: tokens }, (_, i) => (detect.tokens === null ? i : rng.integer(spec.tokens)));

  return async (_step, rng) => {
    const chosen = Array.from({ length: images }, () => sample(rng));
    const labels = chosen.map((index) => set.labels[index]!);
    const standIns = labels.map((label) => standIn(label, mixing, rng));
    const sources = await Promise.all(chosen.map(async (index, b) => standIns[b] ?? set.store.read(index)));
    const positions = chosen.map(() => positionsOf(rng));
    const normal = {
      features: rows(shape, positions, sources),
      z: float32(
        [images, spec.zSize],
        sources.flatMap(({ z }) => [...z]),
      ),
      label: int32([images], labels),
      positions: int32([images, tokens], positions.flat()),
      noise: float32([images, tokens, patchSize], noise.take(images * tokens * patchSize, rng)),
    };
    if (anomaly.kind === "jitter") return normal;
    const foreign = await Promise.all(labels.map((label) => set.store.read(foreignOf(label, rng))));
    return {
      ...normal,
      foreign: rows(
        shape,
        chosen.map(() => positionsOf(rng)),
        foreign,
      ),
      isForeign: float32(
        [images, tokens],
        rng.uniforms(images * tokens).map((u) => (u < anomaly.foreign ? 1 : 0)),
      ),
      size: float32([images, tokens], rng.uniforms(images * tokens, Math.log(anomaly.low), Math.log(anomaly.high)).map(Math.exp)),
    };
  };
}

/** A synthesised image of the class with probability 1 - p_c. */
function standIn(label: number, mixing: Mixing | undefined, rng: Rng): ImageFeatures | undefined {
  const synthetic = mixing?.synthetic[label];
  if (!mixing || !synthetic || rng.uniform() < mixing.real[label]!) return undefined;
  return synthetic[rng.integer(synthetic.length)];
}

/** The patches at `positions` of each image: [B, T, C]. */
function rows(shape: readonly [number, number, number], positions: readonly number[][], images: readonly ImageFeatures[]) {
  const [, tokens, channels] = shape;
  const out = float32(shape);
  positions.forEach((places, b) => {
    const { features } = images[b]!;
    places.forEach((place, t) => out.data.set(features.subarray(place * channels, (place + 1) * channels), (b * tokens + t) * channels));
  });
  return out;
}
