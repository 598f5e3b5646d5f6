import { type JobOptions, throwIfAborted } from "@ltad/core";
import type { FeatureStore } from "@ltad/feature-store";
import { type ClassSums, type FeatureSpec, mergeSums, noSums, openScatter, type Scatter, withImages } from "@ltad/features";
import { type Folds, foldsOf } from "./folds.js";
import type { TrainingSet } from "./training-set.js";

export interface FoldOptions {
  readonly spec: FeatureSpec;
  readonly scatter: Scatter;
  readonly signal: AbortSignal | undefined;
  readonly onImages?: (count: number) => void;
}

/** Sums over the images of each class, and those of its folds where they are kept. */
export interface SetSums {
  readonly sums: readonly ClassSums[];
  /** By class, in the order of `foldsOf`. */
  readonly folds: readonly (readonly ClassSums[] | undefined)[];
}

const together = 8; // images that are read for one product
/** Bytes of sums of folds that are kept; those of other classes are computed again. */
export const foldMemory = 256 * 1024 * 1024;

/** Sums of every class, in one pass over the features, with those of its folds. */
export async function sumByFold(set: TrainingSet, spec: FeatureSpec, { onProgress, signal }: JobOptions): Promise<SetSums> {
  const scatter = await openScatter(spec.channels);
  const [sums, folds]: [ClassSums[], (readonly ClassSums[] | undefined)[]] = [[], []];
  let [done, left] = [0, foldMemory];
  const onImages = (count: number) =>
    onProgress?.({ phase: "statistics", done: (done += count), total: set.labels.length, unit: "images" });
  try {
    for (const label of set.counts.keys()) {
      const own = await foldSums(set.store, foldsOf(set, label), { spec, scatter, signal, onImages });
      sums.push(own.length > 0 ? mergeSums(own) : noSums(spec));
      left -= own.length * bytesOf(spec);
      folds.push(left >= 0 ? own : undefined);
    }
    return { sums, folds };
  } finally {
    await scatter.dispose();
  }
}

/** Sums of the images of each fold. */
export async function foldSums(store: FeatureStore, { folds, members }: Folds, options: FoldOptions): Promise<ClassSums[]> {
  const { spec, scatter, signal, onImages } = options;
  const sums: ClassSums[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const own = members.filter((member) => member.fold === fold);
    let total = noSums(spec);
    for (let from = 0; from < own.length; from += together) {
      throwIfAborted(signal);
      const images = await Promise.all(own.slice(from, from + together).map(({ index }) => store.read(index)));
      total = await withImages(total, images, scatter);
      onImages?.(images.length);
    }
    sums.push(total);
  }
  return sums;
}

function bytesOf({ tokens, channels, zSize }: FeatureSpec): number {
  return 8 * (tokens * channels + channels ** 2 + 2 * zSize);
}
