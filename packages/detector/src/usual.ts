import type { Manifest } from "./manifest.js";

/** How many images of a class are compared with its good images. */
export const windowSize = 50;
/** Up to this many of them may be defects, which do not indicate a change of the camera or the light. */
const mostDefects = windowSize / 10;
/** The probability of a false alarm for one quantity in one direction, if none of the images has a defect. */
const doubt = 0.001;

/** The usual range of one quantity, from good images. */
export interface Usual {
  readonly median: number;
  /** If `least` or more of the recent images are above `high`, or below `low`, they are too many. */
  readonly low: number;
  readonly high: number;
  readonly least: number;
}

/** The usual ranges of a class; a range is missing if there are too few good images. */
export interface ClassUsual {
  readonly name: string;
  readonly score?: Usual;
  readonly distance?: Usual;
}

/** The usual ranges of each class, from the good images whose scores a model has. */
export function usualOf({ classes, decision }: Pick<Manifest, "classes" | "decision">): ClassUsual[] {
  return classes.map(({ name }, label) => {
    const { good = [], distances = [] } = decision?.classes[label] ?? {};
    const [score, distance] = [usual(good), usual(distances)];
    return { name, ...(score && { score }), ...(distance && { distance }) };
  });
}

/**
 * The bound is the r-th smallest of n good values: their median, or a higher value if few values make the median uncertain. The number of recent
 * values above the bound has a known distribution if they are like the good ones, whatever those are; `least` is the smallest count that is too rare.
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

const bounds = new Map<number, Bound | undefined>(); // many classes have the same number of images

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

/** The smallest k for which k or more recent values above the r-th of n have a probability below `doubt`. */
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
