import { throwIfAborted } from "@ltad/core";
import { type Turn, turns } from "@ltad/data";
import type { FeatureStore } from "@ltad/feature-store";
import { type ClassSums, type FeatureSpec, type FoldSums, noSums, type Scatter, withImage } from "@ltad/features";
import type { TrainingSet } from "../run/training-set.js";

const mostFolds = 5;

/** A class, and where its copies are: five turns of its first image, then of its second one, and so on. */
export interface ClassWithCopies {
  readonly set: TrainingSet;
  readonly copies: FeatureStore;
  readonly label: number;
  readonly first: number;
}

/** Sums of the images of a class and of their copies by folds: image j is in fold j modulo 5, and its copies with it. */
export async function foldSums(
  { set, copies, label, first }: ClassWithCopies,
  { spec, scatter, signal }: { readonly spec: FeatureSpec; readonly scatter: Scatter; readonly signal: AbortSignal | undefined },
): Promise<FoldSums<Turn>> {
  const own = set.labels.flatMap((other, index) => (other === label ? [index] : []));
  const none = () => Array.from({ length: Math.min(mostFolds, own.length) }, () => noSums(spec));
  const images = none();
  const turned = Object.fromEntries(turns.map((turn) => [turn, none()])) as Record<Turn, ClassSums[]>;
  for (const [image, index] of own.entries()) {
    throwIfAborted(signal);
    const fold = image % images.length;
    images[fold] = await withImage(images[fold]!, await set.store.read(index), scatter);
    for (const [place, turn] of turns.entries()) {
      const copy = await copies.read(first + image * turns.length + place);
      turned[turn][fold] = await withImage(turned[turn][fold]!, copy, scatter);
    }
  }
  return { images, copies: turned };
}
