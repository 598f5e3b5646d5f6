import { float32, type JobOptions, type NdArray } from "@ltad/core";
import { columnSums, meanAndDeviation } from "./accumulate.js";
import { type ClassGaussian, classGaussian } from "./class-gaussian.js";
import { type ClassSums, mergeSums } from "./class-sums.js";
import type { FeatureSpec } from "./feature-spec.js";
import type { LabelledFeatures } from "./labelled-features.js";
import { fitPositionAxes, type PositionAxes } from "./position-axes.js";
import { openInverseRoot } from "./inverse-root.js";
import { openScatter } from "./scatter.js";

// Shapes: K classes, N tokens, C channels, Dz size of z.

/** Everything that is fitted to the training images in closed form; all arrays are float32. */
export interface ClassStatistics extends Partial<PositionAxes> {
  /** [C] mean and deviation of each channel over all training patches. */
  readonly channelMean: NdArray;
  readonly channelDeviation: NdArray;
  /** [K, N, C] m_c,i in units of the channels' deviations. */
  readonly positionMean: NdArray;
  /** [K, C, C] W_c = (Cov_c + ridge I)^(-1/2); absent without whitening. */
  readonly whitening?: NdArray;
  /** [Dz] mean and deviation of z over all training images. */
  readonly zMean: NdArray;
  readonly zDeviation: NdArray;
  /** [K, Dz] mean of the standardised z of each class. */
  readonly classZ: NdArray;
}

export interface StatisticsOptions {
  /** "class": whiten by the covariance of each class; "none": standardise the channels, as the paper does. */
  readonly by: "class" | "none";
  /** Added to each eigenvalue of the covariance, in units of squared deviations. */
  readonly ridge: number;
  /** Number of images that the class's mean counts as in the mean at each position. */
  readonly meanPrior: number;
  /** Axes at each position along which it has a variance of its own; 0 for none. */
  readonly positionRank: number;
  /** Number of images that the class's covariance counts as in the covariance at each position. */
  readonly positionPrior: number;
}

/** Means and deviations over all classes. */
export interface Moments {
  /** Of each channel over all training patches, [C]. */
  readonly patch: { readonly mean: Float64Array; readonly deviation: Float64Array };
  /** Of z over all training images, [Dz]. */
  readonly image: { readonly mean: Float64Array; readonly deviation: Float64Array };
}

/** The moments over the images of all classes. */
export function momentsOf(sums: readonly ClassSums[], { tokens, channels }: FeatureSpec): Moments {
  const all = mergeSums(sums);
  const squares = Float64Array.from({ length: channels }, (_, c) => all.scatter[c * (channels + 1)]!); // on the diagonal
  return {
    patch: meanAndDeviation(columnSums(all.position, channels), squares, all.images * tokens),
    image: meanAndDeviation(all.z, all.zSquare, all.images),
  };
}

/** Options of a fit; `moments` are those of other images where a part of the classes or of their images is fitted. */
export type FitOptions = StatisticsOptions & { readonly moments?: Moments | undefined };

/**
 * Fits the statistics of all classes: what follows from sums, and the axes of the positions, which take a pass over the features.
 * @param sums of the images of each class of the set
 * @see method.md, "Features" 4 and "Recommended settings" 2
 */
export async function fitStatistics(
  set: LabelledFeatures,
  sums: readonly ClassSums[],
  spec: FeatureSpec,
  options: FitOptions & JobOptions,
): Promise<ClassStatistics> {
  const statistics = await statisticsOf(sums, spec, options);
  if (statistics.whitening === undefined || options.positionRank === 0) return statistics;
  return { ...statistics, ...(await fitPositionAxes(set, { ...statistics, whitening: statistics.whitening }, options)) };
}

/** The statistics that follow from sums alone. @param sums of each class, all with images */
export async function statisticsOf(sums: readonly ClassSums[], spec: FeatureSpec, options: FitOptions): Promise<ClassStatistics> {
  const { tokens, channels, zSize } = spec;
  const { patch, image } = options.moments ?? momentsOf(sums, spec);
  const gaussians = await gaussiansOf(sums, patch.deviation, spec, options);
  const classZ = sums.flatMap((own) => [...own.z].map((z, d) => (z / own.images - image.mean[d]!) / image.deviation[d]!));
  return {
    channelMean: float32([channels], patch.mean),
    channelDeviation: float32([channels], patch.deviation),
    positionMean: stacked(
      [tokens, channels],
      gaussians.map(({ mean }) => mean),
    ),
    ...(options.by === "class" && { whitening: stacked([channels, channels], await inverseRoots(gaussians, channels, options.ridge)) }),
    zMean: float32([zSize], image.mean),
    zDeviation: float32([zSize], image.deviation),
    classZ: float32([sums.length, zSize], classZ),
  };
}

async function gaussiansOf(
  sums: readonly ClassSums[],
  deviation: Float64Array,
  { channels }: FeatureSpec,
  { meanPrior }: StatisticsOptions,
): Promise<ClassGaussian[]> {
  const scatter = await openScatter(channels);
  try {
    const gaussians: ClassGaussian[] = [];
    for (const own of sums) gaussians.push(await classGaussian(own, deviation, scatter, meanPrior));
    return gaussians;
  } finally {
    await scatter.dispose();
  }
}

async function inverseRoots(gaussians: readonly ClassGaussian[], channels: number, ridge: number): Promise<Float32Array[]> {
  const inverseRoot = await openInverseRoot(channels, ridge);
  try {
    const roots: Float32Array[] = [];
    for (const { covariance } of gaussians) roots.push(await inverseRoot.of(covariance));
    return roots;
  } finally {
    await inverseRoot.dispose();
  }
}

/** Arrays of one shape, one a class: [K, ...shape]. */
function stacked(shape: readonly number[], parts: readonly (Float32Array | Float64Array)[]): NdArray {
  const all = float32([parts.length, ...shape]);
  parts.forEach((part, k) => all.data.set(part, k * part.length));
  return all;
}
