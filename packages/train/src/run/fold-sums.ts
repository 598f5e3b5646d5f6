import { throwIfAborted } from "@ltad/core";
import type { FeatureStore } from "@ltad/feature-store";
import { type ClassSums, type FeatureSpec, noSums, type Scatter, withImages } from "@ltad/features";
import type { Folds } from "./folds.js";

export interface FoldOptions {
  readonly spec: FeatureSpec;
  readonly scatter: Scatter;
  readonly signal: AbortSignal | undefined;
}

const together = 8; // images that are read for one product

/** Sums of the images of each fold. */
export async function foldSums(
  store: FeatureStore,
  { folds, members }: Folds,
  { spec, scatter, signal }: FoldOptions,
): Promise<ClassSums[]> {
  const sums: ClassSums[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const own = members.filter((member) => member.fold === fold);
    let total = noSums(spec);
    for (let from = 0; from < own.length; from += together) {
      throwIfAborted(signal);
      const images = await Promise.all(own.slice(from, from + together).map(({ index }) => store.read(index)));
      total = await withImages(total, images, scatter);
    }
    sums.push(total);
  }
  return sums;
}
