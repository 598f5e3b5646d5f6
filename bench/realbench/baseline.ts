import type { FeatureStore } from "@ltad/feature-store";

/** A baseline fitted on one class: patch scores [N] of an image's features [N, C]. */
export interface ClassScorer {
  score(features: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Mean and deviation of each channel over a class's training patches. */
export interface Standard {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Fits {@link Standard} on the images of one class. */
export async function fitStandard(store: FeatureStore, images: readonly number[], channels: number): Promise<Standard> {
  const [sum, square] = [new Float64Array(channels), new Float64Array(channels)];
  let count = 0;
  for (const index of images) {
    const { data: features } = (await store.read(index)).features;
    features.forEach((value, i) => {
      sum[i % channels] = sum[i % channels]! + value;
      square[i % channels] = square[i % channels]! + value * value;
    });
    count += features.length / channels;
  }
  const mean = sum.map((total) => total / count);
  return { mean, deviation: square.map((total, c) => Math.sqrt(Math.max(0, total / count - mean[c]! ** 2)) || 1) };
}

/** (f - mean) / deviation, channel by channel. */
export function standardised(features: Float32Array, { mean, deviation }: Standard): Float32Array {
  const channels = mean.length;
  return features.map((value, i) => (value - mean[i % channels]!) / deviation[i % channels]!);
}
