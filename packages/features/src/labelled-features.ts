import type { FeatureStore } from "@ltad/feature-store";

/** The features of the training images. Image i of the store has the class `labels[i]`. */
export interface LabelledFeatures {
  readonly store: FeatureStore;
  readonly labels: readonly number[];
  /** The number of images of each class. */
  readonly counts: readonly number[];
}
