import { classGaussian } from "./class-gaussian.js";
import { type ClassSums, mergeSums } from "./class-sums.js";
import { heldOutOf, logLikelihood } from "./log-likelihood.js";
import type { Scatter } from "./scatter.js";

/** The sums of the images of a class by folds: of the images themselves, and of each kind of copy. */
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
 * Finds out which copies (turned or mirrored images) help a class, by cross-validation. Each candidate is fitted to the images and copies of all folds
 * but one, and rated by the likelihood of the images of the remaining fold, without copies. Copies that look unlike the class lower that likelihood.
 * @param candidates sets of copies; [] uses no copies
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
