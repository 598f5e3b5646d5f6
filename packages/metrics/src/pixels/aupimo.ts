import { LtadError } from "@ltad/core/browser";
import { check, fields, having, number } from "@ltad/core/check";
import { undefinedMetric } from "../ranking/undefined-metric.js";
import type { ExactPixels } from "./exact-pixels.js";
import type { SplitImage } from "./pixel-image.js";
import { type Pairs, sortPairs } from "./sort-pairs.js";

/** The bounds of the shared false positive rate, 1e-5 and 1e-4 in the published metric. */
export interface FprBounds {
  readonly lower: number;
  readonly upper: number;
}

/** The area of one defective image. */
export interface ImageRecall {
  readonly name: string;
  /** 0..1 */
  readonly value: number;
}

/** The mean over the defective images, and the area of each. */
export interface Aupimo {
  /** 0..1 */
  readonly value: number;
  readonly images: readonly ImageRecall[];
}

/**
 * AUPIMO: for each defective image, the area under its recall of defect pixels against the log of the shared false positive rate F between two bounds,
 * divided by log(upper / lower). F(t) is the mean over *good images only* of their share of pixels at or above t. The value is exact: it uses
 * trapezoids in log F over all distinct scores, and interpolates at the bounds.
 * @throws LtadError `LTAD_UNDEFINED_METRIC` without a good or a defective image, or when the good images have too few pixels to reach the lower bound;
 *   `LTAD_CONFIG` unless 0 < lower < upper <= 1
 * @see Bertoldo et al. 2024, arXiv 2401.01984
 */
export function aupimo(pixels: Pick<ExactPixels, "images">, bounds: FprBounds = { lower: 1e-5, upper: 1e-4 }): Aupimo {
  const boundsRule = fields({ lower: number(), upper: number() });
  check("aupimo", { pixels, bounds }, { pixels: having("an exact pixel accumulator", "images"), bounds: boundsRule });
  const { images } = pixels;
  const { lower, upper } = bounds;
  if (!(lower > 0 && lower < upper && upper <= 1)) {
    throw new LtadError("LTAD_CONFIG", `aupimo: expected 0 < lower < upper <= 1, received ${lower} and ${upper}.`);
  }
  const good = images.filter(({ sizes, good }) => sizes.length === 0 && good.length > 0);
  const defective = images.filter(({ sizes }) => sizes.length > 0);
  if (good.length === 0)
    throw undefinedMetric("AUPIMO", `none of the ${images.length} images is good`, "it needs both good and defective ones");
  if (defective.length === 0)
    throw undefinedMetric("AUPIMO", `none of the ${images.length} images has a defect`, "it needs both good and defective ones");
  const curve = sharedFpr(good, upper);
  const first = curve.fpr[0]!;
  if (first > lower * (1 + 1e-12)) {
    throw undefinedMetric(
      "AUPIMO",
      `the lowest false positive rate of the good images is ${first}`,
      `it must be ${lower} or less, which takes more good pixels`,
    );
  }
  const areas = defective.map(({ name, defect }) => ({ name, value: recallArea(defect, curve, bounds) }));
  return { value: areas.reduce((sum, { value }) => sum + value, 0) / areas.length, images: areas };
}

/** The distinct scores of good images in descending order, with F at each. The list ends with the first F above the upper bound. */
interface SharedFpr {
  readonly keys: readonly number[];
  readonly fpr: readonly number[];
}

function sharedFpr(good: readonly SplitImage[], upper: number): SharedFpr {
  const { keys, values } = sortPairs(highestPairs(good, upper));
  const curve = { keys: [] as number[], fpr: [] as number[] };
  let rate = 0;
  for (let i = keys.length - 1; i >= 0 && !((curve.fpr.at(-1) ?? 0) > upper); i--) {
    rate += 1 / good[values[i]!]!.good.length;
    if (keys[i - 1] === keys[i]) continue;
    curve.keys.push(keys[i]!);
    curve.fpr.push(rate / good.length);
  }
  return curve;
}

/** The pixels of good images that determine F up to the bound, with their images. Bins of the upper 20 bits of a key find where they begin. */
function highestPairs(good: readonly SplitImage[], upper: number): Pairs {
  const [shares, counts] = [new Float64Array(1 << 20), new Uint32Array(1 << 20)];
  for (const { good: keys } of good) {
    for (let i = 0; i < keys.length; i++) {
      const bin = keys[i]! >>> 12;
      shares[bin] = shares[bin]! + 1 / keys.length;
      counts[bin] = counts[bin]! + 1;
    }
  }
  let [bin, share, total] = [shares.length, 0, 0];
  while (bin > 0 && share <= upper * good.length * (1 + 1e-9)) {
    bin--;
    share += shares[bin]!;
    total += counts[bin]!;
  }
  const pairs = { keys: new Uint32Array(total), values: new Uint32Array(total) };
  let at = 0;
  for (const [image, { good: keys }] of good.entries()) {
    for (let i = 0; i < keys.length; i++) {
      if (keys[i]! >>> 12 < bin) continue;
      pairs.keys[at] = keys[i]!;
      pairs.values[at++] = image;
    }
  }
  return pairs;
}

function recallArea(defect: Uint32Array, { keys, fpr }: SharedFpr, { lower, upper }: FprBounds): number {
  const sorted = defect.slice().sort();
  let [area, left] = [0, sorted.length]; // left: defect pixels below the threshold
  for (let j = 0; j < keys.length; j++) {
    const key = keys[j]!;
    while (left > 0 && sorted[left - 1]! > key) left--;
    const above = 1 - left / sorted.length;
    while (left > 0 && sorted[left - 1] === key) left--;
    const at = 1 - left / sorted.length;
    if (j > 0) area += clippedArea([Math.log(fpr[j - 1]!), Math.log(fpr[j]!)], [above, at], [Math.log(lower), Math.log(upper)]);
  }
  return area / Math.log(upper / lower);
}

/** Area under the line from (x0, y0) to (x1, y1) between two bounds. */
function clippedArea([x0, x1]: Pair, [y0, y1]: Pair, [low, high]: Pair): number {
  const [from, to] = [Math.max(x0, low), Math.min(x1, high)];
  if (!(from < to)) return 0;
  const y = (x: number) => y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
  return ((to - from) * (y(from) + y(to))) / 2;
}

type Pair = readonly [number, number];
