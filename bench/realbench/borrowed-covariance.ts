import type { FeatureStore } from "@ltad/feature-store";
import {
  type ClassSums,
  copyLikelihoods,
  type FeatureSpec,
  mergeSums,
  momentsOf,
  noSums,
  openScatter,
  openStatisticsFit,
  type Scatter,
  type StatisticsOptions,
  withImages,
} from "@ltad/features";
import type { ClassScorer } from "./baseline.js";
import { closedForm } from "./closed-form.js";

// A remedy for small classes that is not in the product: the covariance of a class is drawn towards that of the two classes that look most
// like it. How far, the likelihood of held-out images chooses, as it chooses turned copies.

// Shapes: N tokens, C channels.

const [smallest, neighbours, folds] = [64, 2, 3]; // images of a class that borrows; classes that lend; parts of a class
const weights = [0, 0.25, 1, 4]; // how many images the lenders count as, for each image of the class

interface Images {
  readonly store: FeatureStore;
  /** Labels of the images of the store. */
  readonly labels: readonly number[];
  readonly spec: FeatureSpec;
  readonly statistics: StatisticsOptions;
}

/** A scorer for each class, which scores as the preset `fast` does. */
export async function borrowedCovariance({ store, labels, spec, statistics }: Images): Promise<ClassScorer[]> {
  const classes = Math.max(...labels) + 1;
  const scatter = await openScatter(spec.channels);
  const fit = await openStatisticsFit(spec, statistics);
  const parts: ClassSums[][] = [];
  for (let label = 0; label < classes; label++) parts.push(await sumsByFold(label));
  const sums = parts.map((own) => mergeSums(own));
  const moments = momentsOf(sums, spec);
  const within: Float64Array[] = [];
  for (const own of sums) within.push(await covarianceWithin(own, scatter));
  const scorers: ClassScorer[] = [];
  for (const [label, own] of parts.entries()) {
    const lent = lenders(sums, moments.image, label).map((other) => within[other]!);
    const cov = lent[0]!.map((value, i) => lent.reduce((sum, one) => sum + one[i]!, 0) / (lent.length || 1) || value);
    const weight = sums[label]!.images > smallest ? 0 : await bestWeight(own, cov);
    console.error(`  class ${label}: ${sums[label]!.images} images, weight of the lenders ${weight}`);
    const all = mergeSums([...own, ...(await borrowed(own, cov, weight))]);
    const indices = labels.flatMap((one, index) => (one === label ? [index] : []));
    const set = { store: { read: (i: number) => store.read(indices[i]!) }, labels: indices.map(() => 0), counts: [indices.length] };
    scorers.push(await closedForm(await fit.of(set, [all], {}, moments), spec));
  }
  await Promise.all([scatter.dispose(), fit.dispose()]);
  return scorers;

  async function sumsByFold(label: number): Promise<ClassSums[]> {
    const own = labels.flatMap((one, index) => (one === label ? [index] : []));
    const count = Math.min(folds, own.length);
    const all: ClassSums[] = [];
    for (let fold = 0; fold < count; fold++) {
      let total = noSums(spec);
      for (const index of own.filter((_, j) => j % count === fold)) total = await withImages(total, [await store.read(index)], scatter);
      all.push(total);
    }
    return all;
  }

  async function bestWeight(own: readonly ClassSums[], cov: Float64Array): Promise<number> {
    if (own.length < 2) return 0;
    const likelihoods: number[] = [];
    for (const weight of weights) {
      const options = { ...statistics, deviation: moments.patch.deviation, scatter, meanPrior: statistics.meanPrior * (1 + weight) };
      likelihoods.push(
        (await copyLikelihoods({ images: own, copies: { lent: await borrowed(own, cov, weight) } }, [["lent"]], options))[0]!,
      );
    }
    return weights[likelihoods.indexOf(Math.max(...likelihoods))]!;
  }

  /** Images that are not there: the means of each part, with the covariance of the lenders around them. */
  async function borrowed(own: readonly ClassSums[], cov: Float64Array, weight: number): Promise<ClassSums[]> {
    const all: ClassSums[] = [];
    for (const { images, position, z, zSquare } of own) {
      const between = await scatter.of(position);
      const tokens = position.length / spec.channels;
      all.push({
        images: weight * images,
        position: position.map((sum) => weight * sum),
        scatter: between.map((sum, i) => weight * (sum / images + images * tokens * cov[i]!)),
        z: z.map((sum) => weight * sum),
        zSquare: zSquare.map((sum) => weight * sum),
      });
    }
    return all;
  }
}

/** The covariance of tokens around the means of their positions, [C, C]. */
async function covarianceWithin({ images, position, scatter: total }: ClassSums, scatter: Scatter): Promise<Float64Array> {
  const between = await scatter.of(position);
  const tokens = position.length / Math.sqrt(total.length);
  return total.map((sum, i) => (sum - between[i]! / images) / (images * tokens));
}

/** The classes whose mean z is nearest, among those with more than {@link smallest} images. */
function lenders(sums: readonly ClassSums[], { deviation }: { readonly deviation: Float64Array }, label: number): number[] {
  const mean = (k: number) => sums[k]!.z.map((sum, d) => sum / sums[k]!.images / deviation[d]!);
  const own = mean(label);
  const distance = (k: number) => mean(k).reduce((sum, value, d) => sum + (value - own[d]!) ** 2, 0);
  const others = [...sums.keys()].filter((k) => k !== label && sums[k]!.images > sums[label]!.images);
  return (others.length > 0 ? others : [label]).sort((a, b) => distance(a) - distance(b)).slice(0, neighbours);
}
