import type { FeatureStore } from "@ltad/feature-store";

/** The training images as features: image i of the store is of class `labels[i]`. */
export interface LabelledFeatures {
  readonly store: FeatureStore;
  readonly labels: readonly number[];
  /** Images of each class. */
  readonly counts: readonly number[];
}
