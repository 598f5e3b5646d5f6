import type { Rng } from "@ltad/core";

/**
 * Makes a function that draws images with the weight n_c^power, so that a class with n images is drawn with a probability proportional to n^(1 + power),
 * even if the set contains only a sample of its images.
 */
export function imageSampler(labels: readonly number[], counts: readonly number[], power: number): (rng: Rng) => number {
  const cumulative: number[] = [];
  let total = 0;
  const present = counts.map(() => 0);
  for (const label of labels) present[label]!++;
  for (const label of labels) cumulative.push((total += counts[label]! ** power * (counts[label]! / present[label]!)));
  return (rng) => firstAbove(cumulative, rng.uniform() * total);
}

/** Draws an image of another class: first the class, all alike, then the image. With one class it is an image of that class. */
export function foreignSampler(labels: readonly number[], classes: number): (label: number, rng: Rng) => number {
  const byClass = Array.from({ length: classes }, (_, c) => labels.flatMap((label, index) => (label === c ? [index] : [])));
  const others = byClass.map((_, c) => byClass.filter((images, other) => other !== c && images.length > 0));
  return (label, rng) => {
    const pools = others[label]?.length ? others[label] : [byClass[label]!];
    const pool = pools[rng.integer(pools.length)]!;
    return pool[rng.integer(pool.length)]!;
  };
}

/** First place whose cumulative weight is above x (binary search). */
function firstAbove(cumulative: readonly number[], x: number): number {
  let [low, high] = [0, cumulative.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > x) high = middle;
    else low = middle + 1;
  }
  return low;
}
