import { float32, type JobOptions, type NdArray, throwIfAborted } from "@ltad/core";
import { addInto, addMoments, addPatches, columnSums, meanAndDeviation, scale } from "./accumulate.js";
import type { FeatureStore } from "@ltad/feature-store";
import type { FeatureSpec } from "./feature-spec.js";

// Shapes: K classes, N tokens, C channels, Dz size of z.

/** A training image: its place in the store and its class. */
export interface LabelledImage {
  readonly index: number;
  readonly label: number;
}

/** Means and deviations over the training images; all arrays are float32. */
export interface ClassMoments {
  /** [C] mean and deviation of each channel over all training patches. */
  readonly channelMean: NdArray;
  readonly channelDeviation: NdArray;
  /** [K, N, C] m_c,i: mean of the features of class c at position i, in units of the channel's deviation (its class mean where images are few). */
  readonly positionMean: NdArray;
  /** [Dz] mean and deviation of z over all training images. */
  readonly zMean: NdArray;
  readonly zDeviation: NdArray;
  /** [K, Dz] mean of the standardised z of each class. */
  readonly classZ: NdArray;
  /** Classes with too few images for a mean at each position: one mean for all positions is used there. */
  readonly fewImages: readonly number[];
}

export interface MomentOptions extends JobOptions {
  /** Fewest images for a mean at each position; below, the class mean serves all positions. */
  readonly minImagesForPositions: number;
}

/**
 * Fits the means and deviations in one pass over the cached features.
 * @see method.md, "Features" 4 and "Recommended settings" 2
 */
export async function fitMoments(
  store: FeatureStore,
  images: readonly LabelledImage[],
  classes: number,
  spec: FeatureSpec,
  options: MomentOptions,
): Promise<ClassMoments> {
  const { channels, tokens, zSize } = spec;
  const sums = new MomentSums(classes, spec);
  for (const [done, { index, label }] of images.entries()) {
    throwIfAborted(options.signal);
    const { features, z } = await store.read(index);
    sums.add(features, z, label);
    options.onProgress?.({ phase: "statistics", done: done + 1, total: images.length, unit: "images" });
  }
  const patch = meanAndDeviation(columnSums(sums.position, channels), sums.channelSquare, images.length * tokens);
  const image = meanAndDeviation(sums.z, sums.zSquare, images.length);
  const few = sums.counts.flatMap((count, label) => (count < options.minImagesForPositions ? [label] : []));
  sums.counts.forEach((count, label) => scale(sums.classZ, label * zSize, zSize, 1 / Math.max(1, count)));
  return {
    channelMean: float32([channels], patch.mean),
    channelDeviation: float32([channels], patch.deviation),
    positionMean: standardisedMeans(sums, patch.deviation, spec, few),
    zMean: float32([zSize], image.mean),
    zDeviation: float32([zSize], image.deviation),
    classZ: float32([classes, zSize], standardise(sums.classZ, image.mean, image.deviation)),
    fewImages: few,
  };
}

/** Running sums in double precision. */
class MomentSums {
  readonly counts: number[];
  readonly position: Float64Array; // [K, N, C]
  readonly classZ: Float64Array; // [K, Dz]
  readonly channelSquare: Float64Array; // [C]
  readonly z: Float64Array; // [Dz]
  readonly zSquare: Float64Array;

  constructor(
    classes: number,
    private readonly spec: FeatureSpec,
  ) {
    const { tokens, channels, zSize } = spec;
    this.counts = Array.from({ length: classes }, () => 0);
    this.position = new Float64Array(classes * tokens * channels);
    this.classZ = new Float64Array(classes * zSize);
    this.channelSquare = new Float64Array(channels);
    this.z = new Float64Array(zSize);
    this.zSquare = new Float64Array(zSize);
  }

  /** @param features [N, C] @param z [Dz] */
  add(features: Float32Array, z: Float32Array, label: number): void {
    const { tokens, channels, zSize } = this.spec;
    this.counts[label] = this.counts[label]! + 1;
    addPatches(this.position, label * tokens * channels, this.channelSquare, features);
    addInto(this.classZ, label * zSize, z);
    addMoments(this.z, this.zSquare, z);
  }
}

/** [K, N, C] means in units of the channel's deviation (not centred); one mean for all positions in classes with few images. */
function standardisedMeans(
  { counts, position }: MomentSums,
  deviation: Float64Array,
  { tokens, channels }: FeatureSpec,
  few: readonly number[],
): NdArray {
  const mean = float32([counts.length, tokens, channels]);
  counts.forEach((count, label) => {
    const from = label * tokens * channels;
    const pooled = few.includes(label) ? columnSums(position.subarray(from, from + tokens * channels), channels) : undefined;
    for (let i = 0; i < tokens * channels; i++) {
      const channel = i % channels;
      const sum = pooled ? pooled[channel]! / tokens : position[from + i]!;
      mean.data[from + i] = sum / Math.max(1, count) / deviation[channel]!;
    }
  });
  return mean;
}

function standardise(values: Float64Array, mean: Float64Array, deviation: Float64Array): Float64Array {
  return values.map((value, i) => (value - mean[i % mean.length]!) / deviation[i % mean.length]!);
}
