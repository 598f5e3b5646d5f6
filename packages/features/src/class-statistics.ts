import * as tf from "@tensorflow/tfjs";
import { float32, floats, type JobOptions, type NdArray, throwIfAborted } from "@ltad/core";
import { jit } from "@ltad/jit";
import { type FeatureSpec, groupRuns, groupSize } from "./feature-spec.js";
import type { FeatureStore } from "./feature-cache.js";
import { addInto, addMoments, meanAndDeviation, residual, scale } from "./accumulate.js";
import { inverseRoot } from "./symmetric-root.js";

// Shapes: K classes, N tokens, C channels, D_g channels of group g, Dz size of z.

/** What is fitted (not trained) on the training images; all arrays are float32. */
export interface ClassStatistics {
  /** [C] mean and deviation of each channel over all training patches. */
  readonly channelMean: NdArray;
  readonly channelDeviation: NdArray;
  /** [K, N, C] m_c,i: mean of the standardised features of class c at position i (its class mean where images are few). */
  readonly positionMean: NdArray;
  /** One [K, D_g, D_g] for each group: (Cov_c + ridge I)^(-1/2) of what is left. Empty without whitening. */
  readonly whitening: readonly NdArray[];
  /** [Dz] mean and deviation of z over all training images. */
  readonly zMean: NdArray;
  readonly zDeviation: NdArray;
  /** [K, Dz] mean of the standardised z of each class. */
  readonly classZ: NdArray;
  /** Classes with too few images for a mean at each position: one mean for all positions is used there. */
  readonly fewImages: readonly number[];
}

export interface StatisticsOptions extends JobOptions {
  readonly groups: readonly (readonly number[])[];
  /** "class": a whitening of each class; "none": features are only standardised (the paper's way). */
  readonly whitening: "class" | "none";
  /** Added to each eigenvalue of the covariance; in units of squared deviations. */
  readonly ridge: number;
  /** Fewest images for a mean at each position; below, the class mean serves all positions. */
  readonly minImagesForPositions: number;
}

/**
 * Fits everything that has a closed form, in two passes over the cached features.
 * @param images store index and class of every training image
 * @see method.md, Features 4 and Recipe 2
 */
export async function fitStatistics(
  store: FeatureStore,
  images: readonly { readonly index: number; readonly label: number }[],
  classes: number,
  spec: FeatureSpec,
  options: StatisticsOptions,
): Promise<ClassStatistics> {
  const moments = await firstPass(store, images, classes, spec, options);
  const { channelMean, channelDeviation, zMean, zDeviation } = moments;
  const few = moments.counts.flatMap((count, label) => (count < options.minImagesForPositions ? [label] : []));
  const positionMean = standardisedMeans(moments, spec, few);
  const whitening =
    options.whitening === "none" ? [] : await fitWhitening(store, images, classes, spec, options, channelDeviation, positionMean, few);
  return {
    channelMean: float32([spec.channels], channelMean),
    channelDeviation: float32([spec.channels], channelDeviation),
    positionMean,
    whitening,
    zMean: float32([spec.zSize], zMean),
    zDeviation: float32([spec.zSize], zDeviation),
    classZ: float32([classes, spec.zSize], standardise(moments.classZ, zMean, zDeviation)),
    fewImages: few,
  };
}

interface Moments {
  readonly counts: number[];
  readonly positionSum: Float64Array; // [K, N, C]
  readonly classZ: Float64Array; // [K, Dz], means
  readonly channelMean: Float64Array;
  readonly channelDeviation: Float64Array;
  readonly zMean: Float64Array;
  readonly zDeviation: Float64Array;
}

async function firstPass(
  store: FeatureStore,
  images: readonly { index: number; label: number }[],
  classes: number,
  spec: FeatureSpec,
  options: StatisticsOptions,
): Promise<Moments> {
  const { channels, tokens, zSize } = spec;
  const counts = Array.from({ length: classes }, () => 0);
  const positionSum = new Float64Array(classes * tokens * channels);
  const classZ = new Float64Array(classes * zSize);
  const [sums, squares, zSums, zSquares] = [channels, channels, zSize, zSize].map((n) => new Float64Array(n)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (const [done, { index, label }] of images.entries()) {
    throwIfAborted(options.signal);
    const { features, z } = await store.read(index);
    counts[label] = (counts[label] as number) + 1;
    addInto(positionSum, label * tokens * channels, features);
    addInto(classZ, label * zSize, z);
    addMoments(sums, squares, features);
    addMoments(zSums, zSquares, z);
    options.onProgress?.({ phase: "statistics", done: done + 1, total: passes(options) * images.length, unit: "images" });
  }
  counts.forEach((count, label) => scale(classZ, label * zSize, zSize, 1 / Math.max(1, count)));
  const patch = meanAndDeviation(sums, squares, images.length * tokens);
  const image = meanAndDeviation(zSums, zSquares, images.length);
  return {
    counts,
    positionSum,
    classZ,
    channelMean: patch.mean,
    channelDeviation: patch.deviation,
    zMean: image.mean,
    zDeviation: image.deviation,
  };
}

/** Whitening goes through the images once more. */
function passes({ whitening }: StatisticsOptions): number {
  return whitening === "none" ? 1 : 2;
}

/** [K, N, C] means in units of the channel's deviation (not centred); one mean for all positions in classes with few images. */
function standardisedMeans(
  { counts, positionSum, channelDeviation }: Moments,
  { tokens, channels }: FeatureSpec,
  few: readonly number[],
): NdArray {
  const mean = float32([counts.length, tokens, channels]);
  counts.forEach((count, label) => {
    const from = label * tokens * channels;
    const pooled = few.includes(label) ? averagePositions(positionSum.subarray(from, from + tokens * channels), channels) : undefined;
    for (let i = 0; i < tokens * channels; i++) {
      const channel = i % channels;
      const sum = pooled ? (pooled[channel] as number) : (positionSum[from + i] as number);
      mean.data[from + i] = sum / Math.max(1, count) / (channelDeviation[channel] as number);
    }
  });
  return mean;
}

async function fitWhitening(
  store: FeatureStore,
  images: readonly { index: number; label: number }[],
  classes: number,
  spec: FeatureSpec,
  options: StatisticsOptions,
  deviation: Float64Array,
  positionMean: NdArray,
  few: readonly number[],
): Promise<NdArray[]> {
  const { tokens, channels } = spec;
  const products = await scatter(tokens, channels);
  const inverse = deviation.map((value) => 1 / value);
  const whitening = options.groups.map((group) => float32([classes, groupSize(spec, group), groupSize(spec, group)]));
  let done = images.length;
  try {
    for (let label = 0; label < classes; label++) {
      const own = images.filter((image) => image.label === label);
      const total = new Float64Array(channels * channels);
      for (const { index } of own) {
        throwIfAborted(options.signal);
        const { features } = await store.read(index);
        addInto(total, 0, await products.run(residual(features, inverse, floats(positionMean, "positionMean"), label * tokens * channels)));
        options.onProgress?.({ phase: "statistics", done: ++done, total: 2 * images.length, unit: "images" });
      }
      const freedom = few.includes(label) ? own.length * tokens - 1 : (own.length - 1) * tokens; // unbiased
      scale(total, 0, total.length, 1 / Math.max(1, freedom));
      options.groups.forEach((group, g) => {
        const block = principalBlock(total, channels, groupRuns(spec, group));
        const size = Math.sqrt(block.length);
        (whitening[g] as NdArray & { data: Float32Array }).data.set(inverseRoot(block, size, options.ridge), label * size * size);
      });
    }
    return whitening;
  } finally {
    await products.dispose();
  }
}

/** X^T X of one image's residuals, on ONNX Runtime. */
async function scatter(tokens: number, channels: number) {
  const program = await jit(({ x }) => ({ product: tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D, true, false) }), {
    x: { dtype: "float32", shape: [tokens, channels] },
  });
  return {
    run: async (x: Float32Array) => floats((await program.run({ x: float32([tokens, channels], x) }))["product"], "product"),
    dispose: () => program.dispose(),
  };
}

/** Rows and columns of the chosen channels. */
function principalBlock(matrix: Float64Array, size: number, runs: readonly { begin: number; size: number }[]): Float64Array {
  const chosen = runs.flatMap((run) => Array.from({ length: run.size }, (_, i) => run.begin + i));
  return Float64Array.from(chosen.flatMap((row) => chosen.map((column) => matrix[row * size + column] as number)));
}

function averagePositions(sums: Float64Array, channels: number): Float64Array {
  const mean = new Float64Array(channels);
  const positions = sums.length / channels;
  for (let i = 0; i < sums.length; i++) mean[i % channels] = (mean[i % channels] as number) + (sums[i] as number) / positions;
  return mean;
}

function standardise(values: Float64Array, mean: Float64Array, deviation: Float64Array): Float64Array {
  return values.map((value, i) => (value - (mean[i % mean.length] as number)) / (deviation[i % mean.length] as number));
}
