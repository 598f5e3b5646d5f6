import type { Manifest } from "./manifest.js";

/** How many images of a class are compared with its good images. */
export const windowSize = 50;
/** So many of them may be defects, which says nothing about the light. */
const mostDefects = windowSize / 10;
/** Chance of a false alarm for one quantity in one direction, if none of the images is a defect. */
const doubt = 0.001;

/** What is usual of one quantity: its values lie between these two as often as outside, in good images. */
export interface Usual {
  readonly median: number;
  /** Of recent images, `least` above `high` or below `low` are too many. */
  readonly low: number;
  readonly high: number;
  readonly least: number;
}

/** What is usual of the good images of a class; nothing where there are too few of them. */
export interface ClassUsual {
  readonly name: string;
  readonly score?: Usual;
  readonly distance?: Usual;
}

/** What is usual of each class, from the good images that a model knows the scores of. */
export function usualOf({ classes, decision }: Pick<Manifest, "classes" | "decision">): ClassUsual[] {
  return classes.map(({ name }, label) => {
    const { good = [], distances = [] } = decision?.classes[label] ?? {};
    const [score, distance] = [usual(good), usual(distances)];
    return { name, ...(score && { score }), ...(distance && { distance }) };
  });
}

/**
 * Of n good values, the r-th smallest is the bound: their median, or a higher one where few values make the median uncertain. How many of the
 * recent values lie above it has a known distribution if they are like the good ones, whatever that is; `least` is the count that is too rare.
 * @see Balakrishnan and Ng, Precedence-Type Tests and Applications (2006), chapter 3
 */
function usual(sorted: readonly number[]): Usual | undefined {
  const n = sorted.length;
  const { r, least } = boundOf(n) ?? {};
  return r === undefined ? undefined : { median: middle(sorted), low: sorted[n - r]!, high: sorted[r - 1]!, least: least! };
}

interface Bound {
  readonly r: number;
  readonly least: number;
}

const bounds = new Map<number, Bound | undefined>(); // many classes have as many images

function boundOf(n: number): Bound | undefined {
  if (!bounds.has(n)) bounds.set(n, findBound(n));
  return bounds.get(n);
}

function findBound(n: number): Bound | undefined {
  for (let r = Math.floor(n / 2) + 1; r <= n; r++) {
    const least = leastCount(n, r) + mostDefects;
    if (least <= windowSize) return { r, least };
  }
  return undefined;
}

/** The smallest k for which k or more recent values above the r-th of n are rarer than the doubt. */
function leastCount(n: number, r: number): number {
  let chance = 0;
  for (let k = windowSize; k >= 0; k--) {
    chance += Math.exp(logChoose(k + n - r, k) + logChoose(windowSize - k + r - 1, windowSize - k) - logChoose(n + windowSize, windowSize));
    if (chance > doubt) return k + 1;
  }
  return 0;
}

/** log of n over k. */
function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log((n - k + i) / i);
  return sum;
}

export function middle(sorted: ArrayLike<number>): number {
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.floor(sorted.length / 2)]!) / 2;
}
