import { LtadError } from "@ltad/core/browser";
import { arrayLike, check } from "@ltad/core/check";
import { normalTwoSided } from "./normal.js";

/** How likely it is that two lists of numbers come from the same distribution. */
export interface MannWhitney {
  /** Share of pairs in which the number of the first list is larger, 0..1; ties count one half. It is 0.5 when the lists are alike. */
  readonly larger: number;
  /** Two-sided: how often chance alone moves the lists this far apart. */
  readonly pValue: number;
}

const few = 8; // the exact distribution is used when the shorter list has at most this many numbers

/**
 * The rank test of Mann and Whitney. The p-value is exact when the shorter list has at most 8 numbers and there are no ties; otherwise it
 * is the normal approximation, corrected for ties and continuity. An empty list gives p = 1.
 * @param a [n] finite numbers
 * @param b [m] finite numbers
 * @throws LtadError `LTAD_DATA` for a number that is not finite
 * @see Mann & Whitney 1947; the same choice of method as scipy.stats.mannwhitneyu
 */
export function mannWhitney(a: ArrayLike<number>, b: ArrayLike<number>): MannWhitney {
  check("mannWhitney", { a, b }, { a: arrayLike, b: arrayLike });
  const [first, second] = [Array.from(a), Array.from(b)];
  if (![...first, ...second].every(Number.isFinite)) throw new LtadError("LTAD_DATA", "Mann-Whitney test: expected finite numbers.");
  const [n, m] = [a.length, b.length];
  if (n === 0 || m === 0) return { larger: 0.5, pValue: 1 };
  const { sum, ties } = ranksOf(first, second);
  const u = sum - (n * (n + 1)) / 2;
  const least = Math.min(u, n * m - u);
  const isExact = ties === 0 && Math.min(n, m) <= few;
  return { larger: u / (n * m), pValue: isExact ? exact(least, n, m) : approximate(least, n, m, ties) };
}

/** Sum of the mid-ranks of `a` among all, and the sum of t^3 - t over groups of t ties. */
function ranksOf(a: readonly number[], b: readonly number[]): { readonly sum: number; readonly ties: number } {
  const all = [...a.map((value) => ({ value, isA: true })), ...b.map((value) => ({ value, isA: false }))].sort((x, y) => x.value - y.value);
  let [sum, ties] = [0, 0];
  for (let from = 0; from < all.length;) {
    let to = from;
    while (to < all.length && all[to]!.value === all[from]!.value) to++;
    const rank = (from + 1 + to) / 2;
    for (let i = from; i < to; i++) if (all[i]!.isA) sum += rank;
    ties += (to - from) ** 3 - (to - from);
    from = to;
  }
  return { sum, ties };
}

function approximate(least: number, n: number, m: number, ties: number): number {
  const all = n + m;
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)));
  if (variance === 0) return 1; // all numbers are the same
  return Math.min(1, normalTwoSided(Math.max(0, (n * m) / 2 - least - 0.5) / Math.sqrt(variance)));
}

/** P(U <= least or U >= n m - least). The coefficients of the Gaussian binomial [n + m choose n] count the orders with each U. */
function exact(least: number, n: number, m: number): number {
  const [few, many] = [Math.min(n, m), Math.max(n, m)];
  const counts = new Float64Array(Math.floor((n * m) / 2) + 1);
  counts[0] = 1;
  let total = 1;
  for (let i = 1; i <= few; i++) {
    for (let k = counts.length - 1; k >= many + i; k--) counts[k]! -= counts[k - many - i]!; // times 1 - q^(m + i)
    for (let k = i; k < counts.length; k++) counts[k]! += counts[k - i]!; // divided by 1 - q^i
    total *= (many + i) / i;
  }
  const tail = counts.subarray(0, least + 1).reduce((sum, count) => sum + count, 0);
  return Math.min(1, (2 * tail) / total);
}
