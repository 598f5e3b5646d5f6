import { float32, int32, type NdArrays, type Rng } from "@ltad/core";
import type { FeatureSpec } from "@ltad/features";
import { realProbability } from "@ltad/vae-augment";
import type { TrainConfig } from "./config-schema.js";
import { foreignSampler, imageSampler } from "./draw.js";
import type { Synthesiser } from "./synthesiser.js";
import type { TrainingSet } from "./training-set.js";

// Shapes: B images a step, T patches of each, C channels, D channels of all groups together.

export interface DetectBatchOptions {
  readonly set: TrainingSet;
  readonly spec: FeatureSpec;
  readonly config: TrainConfig;
  /** D, see above. */
  readonly patchSize: number;
  /** Phase 1's decoder; without it all images are real. */
  readonly synthesiser: Synthesiser | undefined;
}

/** Draws the inputs of one step of phase 2; every random number of the step is drawn here. */
export function detectBatches({
  set,
  spec,
  config,
  patchSize,
  synthesiser,
}: DetectBatchOptions): (step: number, rng: Rng) => Promise<NdArrays> {
  const { detect, anomaly, mixing } = config;
  const sample = imageSampler(set.labels, set.counts, detect.classPower);
  const foreignOf = foreignSampler(set.labels, set.classes.length);
  const real = realProbability(set.counts, mixing);
  const tokens = detect.tokens ?? spec.tokens;
  const allTokens = Array.from({ length: spec.tokens }, (_, i) => i);
  const drawPositions = (rng: Rng) => (detect.tokens === null ? allTokens : Array.from({ length: tokens }, () => rng.integer(spec.tokens)));

  return async (_step, rng) => {
    const chosen = Array.from({ length: detect.images }, () => sample(rng));
    const labels = chosen.map((index) => set.labels[index] as number);
    const synthetic = labels.map((label) => synthesiser !== undefined && rng.uniform() >= (real[label] as number));
    const sources = await Promise.all(chosen.map((index) => set.store.read(index)));
    const made = synthesiser
      ? await synthesiser.sample(
          sources.map(({ z }) => z),
          labels,
          synthetic,
          rng,
        )
      : [];
    const positions = chosen.map(() => drawPositions(rng));
    const shape = [detect.images, tokens, spec.channels] as const;
    const inputs = {
      features: rows(shape, positions, (b) => made[b] ?? sources[b]?.features),
      z: float32(
        [detect.images, spec.zSize],
        sources.flatMap(({ z }) => [...z]),
      ),
      label: int32([detect.images], labels),
      positions: int32([detect.images, tokens], positions.flat()),
      noise: float32([detect.images, tokens, patchSize], rng.normals(detect.images * tokens * patchSize)),
    };
    if (anomaly.kind === "jitter") return inputs;
    const foreign = await Promise.all(labels.map((label) => set.store.read(foreignOf(label, rng))));
    const size = detect.images * tokens;
    return {
      ...inputs,
      foreign: rows(
        shape,
        chosen.map(() => drawPositions(rng)),
        (b) => foreign[b]?.features,
      ),
      isForeign: float32(
        [detect.images, tokens],
        rng.uniforms(size).map((u) => (u < anomaly.foreign ? 1 : 0)),
      ),
      size: float32([detect.images, tokens], rng.uniforms(size, Math.log(anomaly.low), Math.log(anomaly.high)).map(Math.exp)),
    };
  };
}

/** The patches at `positions` of each image: [B, T, C]. */
function rows(shape: readonly [number, number, number], positions: readonly number[][], image: (b: number) => Float32Array | undefined) {
  const [, tokens, channels] = shape;
  const out = float32(shape);
  positions.forEach((places, b) => {
    const source = image(b) as Float32Array;
    places.forEach((place, t) => out.data.set(source.subarray(place * channels, (place + 1) * channels), (b * tokens + t) * channels));
  });
  return out;
}
