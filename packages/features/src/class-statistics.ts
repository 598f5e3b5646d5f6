import { float32, type JobOptions, type NdArray } from "@ltad/core";
import { columnSums, meanAndDeviation } from "./accumulate.js";
import { classGaussian } from "./class-gaussian.js";
import { type ClassSums, mergeSums } from "./class-sums.js";
import type { FeatureSpec } from "./feature-spec.js";
import type { LabelledFeatures } from "./labelled-features.js";
import { openAxesFit, type PositionAxes } from "./position-axes.js";
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

/** Fits statistics with programs that stay open. */
export interface StatisticsFit {
  /**
   * What follows from sums, and the axes of the positions, which take a pass over the features.
   * @param sums of the images of each class of the set, all with images
   * @param moments of other images where a part of the classes or of their images is fitted
   */
  of(set: LabelledFeatures, sums: readonly ClassSums[], job: JobOptions, moments?: Moments): Promise<ClassStatistics>;
  dispose(): Promise<void>;
}

/**
 * Opens the fit of statistics to classes, in closed form.
 * @see method.md, "Features" 4 and "Recommended settings" 2
 */
export async function openStatisticsFit(spec: FeatureSpec, options: StatisticsOptions): Promise<StatisticsFit> {
  const { tokens, channels, zSize } = spec;
  const scatter = await openScatter(channels);
  const whitens = options.by === "class";
  const inverseRoot = whitens ? await openInverseRoot(channels, options.ridge) : undefined;
  const axes = whitens && options.positionRank > 0 ? await openAxesFit(spec, options) : undefined;
  return {
    async of(set, sums, job, { patch, image } = momentsOf(sums, spec)) {
      const means: Float64Array[] = [];
      const roots: Float32Array[] = [];
      for (const own of sums) {
        const { mean, covariance } = await classGaussian(own, patch.deviation, scatter, options.meanPrior);
        means.push(mean);
        if (inverseRoot) roots.push(await inverseRoot.of(covariance));
      }
      const classZ = sums.flatMap((own) => [...own.z].map((z, d) => (z / own.images - image.mean[d]!) / image.deviation[d]!));
      const statistics = {
        channelMean: float32([channels], patch.mean),
        channelDeviation: float32([channels], patch.deviation),
        positionMean: stacked([tokens, channels], means),
        zMean: float32([zSize], image.mean),
        zDeviation: float32([zSize], image.deviation),
        classZ: float32([sums.length, zSize], classZ),
      };
      if (!inverseRoot) return statistics;
      const whitening = stacked([channels, channels], roots);
      return { ...statistics, whitening, ...(await axes?.of(set, { ...statistics, whitening }, job)) };
    },
    dispose: async () => void (await Promise.all([scatter.dispose(), inverseRoot?.dispose(), axes?.dispose()])),
  };
}

/** Options of a fit; `moments` are those of other images where a part of the classes or of their images is fitted. */
export type FitOptions = StatisticsOptions & { readonly moments?: Moments | undefined };

/** Fits the statistics of all classes once; see {@link openStatisticsFit}. */
export async function fitStatistics(
  set: LabelledFeatures,
  sums: readonly ClassSums[],
  spec: FeatureSpec,
  options: FitOptions & JobOptions,
): Promise<ClassStatistics> {
  const fit = await openStatisticsFit(spec, options);
  try {
    return await fit.of(set, sums, options, options.moments);
  } finally {
    await fit.dispose();
  }
}

/** Arrays of one shape, one a class: [K, ...shape]. */
function stacked(shape: readonly number[], parts: readonly (Float32Array | Float64Array)[]): NdArray {
  const all = float32([parts.length, ...shape]);
  parts.forEach((part, k) => all.data.set(part, k * part.length));
  return all;
}
