import { float32, type JobOptions, type NdArray, throwIfAborted } from "@ltad/core";
import { addInto, addMoments, addPatches, columnSums, meanAndDeviation, scale } from "./accumulate.js";
import type { FeatureSpec } from "./feature-spec.js";
import type { LabelledFeatures } from "./labelled-features.js";

// Shapes: K classes, N tokens, C channels, Dz size of z.

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
  /** Classes with fewer images use one mean for all positions. */
  readonly minImagesForPositions: number;
}

/**
 * Fits the means and deviations in one pass over the features.
 * @see method.md, "Features" 4 and "Recommended settings" 2
 */
export async function fitMoments(set: LabelledFeatures, spec: FeatureSpec, options: MomentOptions): Promise<ClassMoments> {
  const { channels, tokens, zSize } = spec;
  const { labels, counts } = set;
  const sums = await sumUp(set, spec, options);
  const patch = meanAndDeviation(columnSums(sums.position, channels), sums.channelSquare, labels.length * tokens);
  const image = meanAndDeviation(sums.z, sums.zSquare, labels.length);
  const fewImages = counts.flatMap((count, label) => (count < options.minImagesForPositions ? [label] : []));
  counts.forEach((count, label) => scale(sums.classZ, label * zSize, zSize, 1 / Math.max(1, count)));
  return {
    channelMean: float32([channels], patch.mean),
    channelDeviation: float32([channels], patch.deviation),
    positionMean: positionMeans(sums.position, patch.deviation, { tokens, counts, fewImages }),
    zMean: float32([zSize], image.mean),
    zDeviation: float32([zSize], image.deviation),
    classZ: float32([counts.length, zSize], standardised(sums.classZ, image)),
    fewImages,
  };
}

async function sumUp(
  { store, labels, counts }: LabelledFeatures,
  spec: FeatureSpec,
  { onProgress, signal }: JobOptions,
): Promise<MomentSums> {
  const sums = new MomentSums(counts.length, spec);
  for (const [index, label] of labels.entries()) {
    throwIfAborted(signal);
    const { features, z } = await store.read(index);
    sums.add(features.data, z.data, label);
    onProgress?.({ phase: "statistics", done: index + 1, total: labels.length, unit: "images" });
  }
  return sums;
}

/** Running sums in double precision. */
class MomentSums {
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
    this.position = new Float64Array(classes * tokens * channels);
    this.classZ = new Float64Array(classes * zSize);
    this.channelSquare = new Float64Array(channels);
    this.z = new Float64Array(zSize);
    this.zSquare = new Float64Array(zSize);
  }

  /** @param features [N, C] @param z [Dz] */
  add(features: Float32Array, z: Float32Array, label: number): void {
    const { tokens, channels, zSize } = this.spec;
    addPatches(this.position, label * tokens * channels, this.channelSquare, features);
    addInto(this.classZ, label * zSize, z);
    addMoments(this.z, this.zSquare, z);
  }
}

/** [K, N, C] means in units of the channel's deviation (not centred); one mean for all positions in classes with few images. */
function positionMeans(
  sums: Float64Array,
  deviation: Float64Array,
  { tokens, counts, fewImages }: { tokens: number; counts: readonly number[]; fewImages: readonly number[] },
): NdArray {
  const channels = deviation.length;
  const mean = float32([counts.length, tokens, channels]);
  counts.forEach((count, label) => {
    const from = label * tokens * channels;
    const pooled = fewImages.includes(label) ? columnSums(sums.subarray(from, from + tokens * channels), channels) : undefined;
    for (let i = 0; i < tokens * channels; i++) {
      const channel = i % channels;
      const sum = pooled ? pooled[channel]! / tokens : sums[from + i]!;
      mean.data[from + i] = sum / Math.max(1, count) / deviation[channel]!;
    }
  });
  return mean;
}

/** (x - mean) / deviation, column by column. */
function standardised(values: Float64Array, { mean, deviation }: { mean: Float64Array; deviation: Float64Array }): Float64Array {
  return values.map((value, i) => (value - mean[i % mean.length]!) / deviation[i % mean.length]!);
}
