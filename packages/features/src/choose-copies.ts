import { classGaussian } from "./class-gaussian.js";
import { type ClassSums, mergeSums } from "./class-sums.js";
import { heldOutOf, logLikelihood } from "./log-likelihood.js";
import type { Scatter } from "./scatter.js";

/** Sums of the images of a class by folds: as they are, and of each kind of copy. */
export interface FoldSums<Kind extends string> {
  readonly images: readonly ClassSums[];
  readonly copies: Readonly<Record<Kind, readonly ClassSums[]>>;
}

export interface CopyOptions {
  readonly deviation: Float64Array;
  readonly scatter: Scatter;
  readonly meanPrior: number;
  readonly ridge: number;
}

/**
 * Which copies help a class: each candidate is fitted to all folds but one, with its copies, and judged by the likelihood of the images of
 * the fold that was left out, as they are. Copies that the class never looks like make its own images less likely and lose.
 * @param candidates sets of copies; [] is none
 * @returns the mean log-likelihood of each candidate, in their order
 */
export async function copyLikelihoods<Kind extends string>(
  folds: FoldSums<Kind>,
  candidates: readonly (readonly Kind[])[],
  options: CopyOptions,
): Promise<number[]> {
  const total = mergeSums(folds.images);
  const judges = await Promise.all(folds.images.map((held) => heldOutOf(held, options.deviation, options.scatter)));
  const likelihoods: number[] = [];
  for (const kinds of candidates) {
    const copies = kinds.map((kind) => folds.copies[kind]);
    const all = mergeSums([total, ...copies.flat()]);
    let sum = 0;
    for (const [fold, held] of folds.images.entries()) {
      const others = mergeSums([all], [held, ...copies.map((parts) => parts[fold]!)]);
      const gaussian = await classGaussian(others, options.deviation, options.scatter, options.meanPrior);
      sum += (await logLikelihood(gaussian, judges[fold]!, options)) * (held.images / total.images);
    }
    likelihoods.push(sum);
  }
  return likelihoods;
}
