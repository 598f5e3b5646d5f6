import type { FeatureStore, ImageFeatures } from "@ltad/feature-store";

/** The training images of a long-tailed split, as features. Labels are places in `classes`, which is the order of the split. */
export interface TrainingSet {
  readonly classes: readonly string[];
  /** Images of each class; the first class has the most. */
  readonly counts: readonly number[];
  /** Class of each image of the store. */
  readonly labels: readonly number[];
  readonly store: FeatureStore;
}

/** A training set whose features stay in memory up to a budget; the rest is read from disk each time. */
export function inMemory(set: TrainingSet, budgetBytes: number): TrainingSet {
  const kept = new Map<number, ImageFeatures>();
  let bytes = 0;
  const read = async (index: number) => {
    const known = kept.get(index);
    if (known) return known;
    const image = await set.store.read(index);
    bytes += image.features.byteLength + image.z.byteLength;
    if (bytes <= budgetBytes) kept.set(index, image);
    return image;
  };
  return { ...set, store: { count: set.store.count, read } };
}
