import type { Split } from "@ltad/data";
import { encodeFiles, type EncodeFilesOptions, type FeatureStore, type FrozenEncoder, type ImageFeatures } from "@ltad/feature-store";
import type { LabelledFeatures } from "@ltad/features";

/** The training images of a long-tailed split, as features. Labels are places in `classes`, which is the order of the split. */
export interface TrainingSet extends LabelledFeatures {
  /** Names; the first class has the most images. */
  readonly classes: readonly string[];
  /** For each image the one that it is a copy of, or itself; absent where no image is a copy. */
  readonly origins?: readonly number[];
}

/** Bytes of features that stay in memory; the rest is read from the cache each time. */
export const featureMemory = 768 * 1024 * 1024;

/**
 * Encodes the training images.
 * @throws LtadError of an image that cannot be read; see {@link encodeFiles}
 */
export async function encodeSet({ classes }: Split, encoder: FrozenEncoder, options: EncodeFilesOptions): Promise<TrainingSet> {
  const files = classes.flatMap(({ train }) => train.map(({ file, range }) => ({ file, range })));
  return {
    classes: classes.map(({ name }) => name),
    counts: classes.map(({ train }) => train.length),
    labels: classes.flatMap(({ train }, label) => train.map(() => label)),
    store: inMemory(await encodeFiles(files, encoder, options)),
  };
}

/** A store whose features stay in memory up to a budget. */
export function inMemory(store: FeatureStore, budgetBytes = featureMemory): FeatureStore {
  const kept = new Map<number, ImageFeatures>();
  let bytes = 0;
  return {
    async read(index) {
      const known = kept.get(index);
      if (known) return known;
      const image = await store.read(index);
      bytes += image.features.data.byteLength + image.z.data.byteLength;
      if (bytes <= budgetBytes) kept.set(index, image);
      return image;
    },
  };
}
