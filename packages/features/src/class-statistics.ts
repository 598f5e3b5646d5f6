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

/** All statistics that are fitted to the training images in closed form. All arrays are float32. */
export interface ClassStatistics extends Partial<PositionAxes> {
  /** [C] the mean and the standard deviation of each channel over all training patches. */
  readonly channelMean: NdArray;
  readonly channelDeviation: NdArray;
  /** [K, N, C] m_c,i in units of the channels' deviations. */
  readonly positionMean: NdArray;
  /** [K, C, C] W_c = (Cov_c + ridge I)^(-1/2); missing without whitening. */
  readonly whitening?: NdArray;
  /** [Dz] the mean and the standard deviation of z over all training images. */
  readonly zMean: NdArray;
  readonly zDeviation: NdArray;
  /** [K, Dz] the mean of the standardised z of each class. */
  readonly classZ: NdArray;
}

/** How statistics are fitted. The presets of @ltad/train have the recommended values. */
export interface StatisticsOptions {
  /** "class" whitens by the covariance of each class; "none" only standardises the channels, as the paper does. */
  readonly by: "class" | "none";
  /** Is added to each eigenvalue of the covariance, in units of squared deviations; above 0. */
  readonly ridge: number;
  /** The mean of the class counts as this many images in the mean at each position. */
  readonly meanPrior: number;
  /** The number of axes along which each position has a variance of its own; 0 for none. */
  readonly positionRank: number;
  /** The covariance of the class counts as this many images in the covariance at each position. */
  readonly positionPrior: number;
}

/** Means and standard deviations over all classes. */
export interface Moments {
  /** Of each channel over all training patches, [C]. */
  readonly patch: { readonly mean: Float64Array; readonly deviation: Float64Array };
  /** Of z over all training images, [Dz]. */
  readonly image: { readonly mean: Float64Array; readonly deviation: Float64Array };
}

/** Computes the moments over the images of all classes. */
export function momentsOf(sums: readonly ClassSums[], { tokens, channels }: FeatureSpec): Moments {
  const all = mergeSums(sums);
  const squares = Float64Array.from({ length: channels }, (_, c) => all.scatter[c * (channels + 1)]!); // on the diagonal
  return {
    patch: meanAndDeviation(columnSums(all.position, channels), squares, all.images * tokens),
    image: meanAndDeviation(all.z, all.zSquare, all.images),
  };
}

/** A fit whose ONNX programs stay open, so that it can run several times. Call `dispose` at the end. */
export interface StatisticsFit {
  /**
   * Computes the statistics that follow from sums, and the axes of the positions, which need a pass over the features.
   * @param sums of the images of each class of the set; every class has images
   * @param moments of all images, if only some of the classes or images are fitted
   */
  of(set: LabelledFeatures, sums: readonly ClassSums[], job: JobOptions, moments?: Moments): Promise<ClassStatistics>;
  dispose(): Promise<void>;
}

/**
 * Opens the fit of statistics to classes, in closed form.
 * @see docs/method.md, "Features" 4 and "Recommended settings" 2
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

/** Options of a fit. `moments` are those of all images, if only some of the classes or images are fitted. */
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

/** Stacks the arrays of all classes: K of [...shape] -> [K, ...shape]. */
function stacked(shape: readonly number[], parts: readonly (Float32Array | Float64Array)[]): NdArray {
  const all = float32([parts.length, ...shape]);
  parts.forEach((part, k) => all.data.set(part, k * part.length));
  return all;
}
