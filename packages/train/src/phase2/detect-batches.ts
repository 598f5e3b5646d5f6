import { float32, int32, type Rng } from "@ltad/core";
import type { ImageFeatures } from "@ltad/feature-store";
import type { InputsOf } from "@ltad/jit";
import type { Mixing } from "../phase1/synthesise.js";
import { foreignSampler, imageSampler } from "../run/draw.js";
import { seesAll } from "../run/judged-store.js";
import type { Training } from "../run/training.js";
import type { DetectInputs } from "./detect-loss.js";
import type { NoisePool } from "./noise-pool.js";

// Shapes: B images a step, T patches of each, C channels.

export interface DetectBatchOptions {
  /** Without it all images are real. */
  readonly mixing: Mixing | undefined;
  readonly noise: NoisePool;
}

type Batches = (step: number, rng: Rng) => Promise<InputsOf<DetectInputs>>;

/** Draws the inputs of one step of phase 2; every random number of the step is drawn here. */
export function detectBatches(
  { set, spec, config, statistics }: Pick<Training, "set" | "spec" | "config"> & Partial<Pick<Training, "statistics">>,
  { mixing, noise }: DetectBatchOptions,
): Batches {
  const { detect, sampling, anomaly } = config;
  const [images, tokens] = [detect.images, detect.tokens ?? spec.tokens];
  const sample = imageSampler(set.labels, set.counts, sampling.classPower);
  const foreignOf = foreignSampler(set.labels, set.classes.length);
  const positionsOf = (rng: Rng) => Array.from({ length: tokens }, (_, i) => (detect.tokens === null ? i : rng.integer(spec.tokens)));

  return async (_step, rng) => {
    const chosen = Array.from({ length: images }, () => sample(rng));
    const labels = chosen.map((index) => set.labels[index]!);
    const substitutes = labels.map((label) => substituteOf(label, mixing, rng));
    const sources = await Promise.all(chosen.map(async (index, b) => substitutes[b] ?? set.store.read(index)));
    const positions = chosen.map(() => positionsOf(rng));
    const normal = {
      features: patchesAt(positions, sources),
      z: float32(
        [images, spec.zSize],
        sources.flatMap(({ z }, b) => [...(seesAll(set, labels[b]!) ? z : statistics!.zMean).data]),
      ),
      label: int32([images], labels),
      positions: int32([images, tokens], positions.flat()),
      noise: float32([images, tokens, spec.channels], noise.take(images * tokens * spec.channels, rng)),
    };
    if (anomaly.kind === "jitter") return normal;
    const foreign = await Promise.all(labels.map((label) => set.store.read(foreignOf(label, rng))));
    const foreignPositions = chosen.map(() => positionsOf(rng));
    const isForeign = rng.uniforms(images * tokens).map((u) => (u < anomaly.foreign ? 1 : 0));
    const size = rng.uniforms(images * tokens, Math.log(anomaly.low), Math.log(anomaly.high)).map(Math.exp);
    return {
      ...normal,
      foreign: patchesAt(foreignPositions, foreign),
      isForeign: float32([images, tokens], isForeign),
      size: float32([images, tokens], size),
    };
  };
}

/** A synthetic image of the class, with probability 1 - p_c. */
function substituteOf(label: number, mixing: Mixing | undefined, rng: Rng): ImageFeatures | undefined {
  const synthetic = mixing?.synthetic[label];
  if (!mixing || !synthetic || rng.uniform() < mixing.real[label]!) return undefined;
  return synthetic[rng.integer(synthetic.length)];
}

/** The patches at `positions` of each image: [B, T, C]. */
function patchesAt(positions: readonly (readonly number[])[], images: readonly ImageFeatures[]) {
  const [tokens, channels] = [positions[0]!.length, images[0]!.features.shape[2]!];
  const out = float32([images.length, tokens, channels]);
  positions.forEach((places, b) => {
    const { data } = images[b]!.features;
    places.forEach((place, t) => out.data.set(data.subarray(place * channels, (place + 1) * channels), (b * tokens + t) * channels));
  });
  return out;
}
