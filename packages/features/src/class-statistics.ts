import type { NdArray } from "@ltad/core";
import { type ClassMoments, fitMoments, type LabelledImage, type MomentOptions } from "./class-moments.js";
import { fitWhitening, type WhiteningOptions } from "./class-whitening.js";
import type { FeatureStore } from "@ltad/feature-store";
import type { FeatureSpec } from "./feature-spec.js";

/** What is fitted (not trained) on the training images. */
export interface ClassStatistics extends ClassMoments {
  /** One [K, D_g, D_g] for each group: (Cov_c + ridge I)^(-1/2). Empty without whitening. */
  readonly whitening: readonly NdArray[];
}

export interface StatisticsOptions extends MomentOptions, WhiteningOptions {
  /** "class": a whitening of each class; "none": features are only standardised (the paper's way). */
  readonly whitening: "class" | "none";
}

/** Moments and whitening: everything that has a closed form. */
export async function fitStatistics(
  store: FeatureStore,
  images: readonly LabelledImage[],
  classes: number,
  spec: FeatureSpec,
  options: StatisticsOptions,
): Promise<ClassStatistics> {
  const moments = await fitMoments(store, images, classes, spec, options);
  const whitening = options.whitening === "none" ? [] : await fitWhitening(store, images, moments, spec, options);
  return { ...moments, whitening };
}
