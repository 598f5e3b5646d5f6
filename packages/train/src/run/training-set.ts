import type { Split } from "@ltad/data";
import type { FloatArray } from "@ltad/core";
import { encodeFiles, type EncodeFilesOptions, type FeatureStore, type FrozenEncoder, type ImageFeatures } from "@ltad/feature-store";
import type { LabelledFeatures } from "@ltad/features";
import { judgedStore } from "./judged-store.js";

/** The training images of a long-tailed split, as features. Labels are places in `classes`, which is the order of the split. */
export interface TrainingSet extends LabelledFeatures {
  /** Names; the first class has the most images. */
  readonly classes: readonly string[];
  /** For each image the one that it is a copy of, or itself; absent where no image is a copy. */
  readonly origins?: readonly number[];
  /** For each image the name of its features, if they are in the cache; see `EncodedFiles`. */
  readonly entries?: readonly string[];
  /** [K, N] 1 where a place of the grid is judged, 0 where it is ignored; absent where everything is judged. */
  readonly judged?: FloatArray;
}

/** Bytes of features that stay in memory; the rest is read from the cache each time. */
export const featureMemory = 768 * 1024 * 1024;

/**
 * Encodes the training images. No patch of an ignored place is in the set.
 * @param judged see {@link TrainingSet}
 * @throws LtadError of an image that cannot be read; see {@link encodeFiles}
 */
export async function encodeSet(
  { classes }: Split,
  encoder: FrozenEncoder,
  options: EncodeFilesOptions & { readonly judged?: FloatArray | undefined },
): Promise<TrainingSet> {
  const { judged, ...encoding } = options;
  const files = classes.flatMap(({ train }) => train.map(({ file, range }) => ({ file, range })));
  const labels = classes.flatMap(({ train }, label) => train.map(() => label));
  const store = await encodeFiles(files, encoder, encoding);
  return {
    classes: classes.map(({ name }) => name),
    counts: classes.map(({ train }) => train.length),
    labels,
    store: inMemory(judged ? judgedStore(store, labels, judged) : store),
    entries: store.entries,
    ...(judged && { judged }),
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
