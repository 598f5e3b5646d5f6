import type { TrainingSet } from "./training-set.js";

/** An image of a class (a place in the store), and the part of the class that it belongs to. */
export interface Member {
  readonly index: number;
  readonly fold: number;
}

/** A class in parts of about equal size. */
export interface Folds {
  readonly folds: number;
  readonly members: readonly Member[];
}

/** What a fold leaves to be fitted to counts where there are few images; where there are many, time does. */
const mostFolds = (images: number) => (images > 32 ? 3 : 5);

/** The images of a class by folds: image j is in fold j modulo their number, and its copies with it. A class of few images has one fold an image. */
export function foldsOf({ labels, origins }: TrainingSet, label: number, most: (images: number) => number = mostFolds): Folds {
  const own = labels.flatMap((other, index) => (other === label ? [index] : []));
  const originOf = (index: number) => origins?.[index] ?? index;
  const images = own.filter((index) => originOf(index) === index);
  const folds = Math.min(most(images.length), images.length);
  const foldOf = new Map(images.map((index, place) => [index, place % folds]));
  return { folds, members: own.map((index) => ({ index, fold: foldOf.get(originOf(index))! })) };
}
