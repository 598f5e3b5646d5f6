import { addInto, scaledColumns } from "./accumulate.js";
import { type ClassGaussian, inUnits } from "./class-gaussian.js";
import type { ClassSums } from "./class-sums.js";
import type { Scatter } from "./scatter.js";

// Shapes: n images, N tokens, C channels; f in units of the channels' deviations.

/** What the likelihood of held-out images needs. */
export interface HeldOut {
  readonly images: number;
  /** mean at each position, [N, C] */
  readonly mean: Float64Array;
  /** the sum of the products around it over images and positions, [C, C] */
  readonly scatter: Float64Array;
}

/** Computes {@link HeldOut} from the sums of images, without reading their features again. */
export async function heldOutOf(
  { images, position, scatter: total }: ClassSums,
  deviation: Float64Array,
  scatter: Scatter,
): Promise<HeldOut> {
  const inverse = deviation.map((value) => 1 / value);
  const sums = scaledColumns(position, inverse); // s_i [N, C]
  const around = inUnits(total, deviation);
  addInto(around, await scatter.of(sums), -1 / images); // sum of s_i s_i^T
  return { images, mean: scaledColumns(sums, new Float64Array(deviation.length).fill(1 / images)), scatter: around };
}

/**
 * The mean log-likelihood of tokens under the Gaussian of a class, N(m_c,i, Cov_c + ridge I), divided by C, without the constant -log(2 pi) / 2.
 * @param held images that `gaussian` was not fitted to
 */
export async function logLikelihood(
  { mean, covariance }: ClassGaussian,
  held: HeldOut,
  { scatter, ridge }: { readonly scatter: Scatter; readonly ridge: number },
): Promise<number> {
  const channels = Math.sqrt(covariance.length);
  const { inverse, logDeterminant } = choleskyInverse(withRidge(covariance, ridge), channels);
  const shift = held.mean.slice();
  addInto(shift, mean, -1);
  const around = held.scatter.slice(); // sum of (f - m_i)(f - m_i)^T
  addInto(around, await scatter.of(shift), held.images);
  const tokens = held.images * (mean.length / channels);
  return (-0.5 / channels) * ((await scatter.trace(inverse, around)) / tokens + logDeterminant);
}

function withRidge(matrix: Float64Array, ridge: number): Float64Array {
  const n = Math.sqrt(matrix.length);
  const sum = matrix.slice();
  for (let i = 0; i < matrix.length; i += n + 1) sum[i] = sum[i]! + ridge;
  return sum;
}

/** L^-1, row-major, for A = L L^T [n, n], and log det A. It uses plain loops, because ml-matrix takes ten times as long. */
export function choleskyInverse(a: Float64Array, n: number): { inverse: Float64Array; logDeterminant: number } {
  const factor = new Float64Array(n * n);
  let logDeterminant = 0;
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = a[row * n + column]!;
      for (let k = 0; k < column; k++) sum -= factor[row * n + k]! * factor[column * n + k]!;
      factor[row * n + column] = row === column ? Math.sqrt(sum) : sum / factor[column * n + column]!;
    }
    logDeterminant += 2 * Math.log(factor[row * n + row]!);
  }
  const inverse = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    inverse[row * n + row] = 1;
    for (let k = 0; k < row; k++) {
      const value = factor[row * n + k]!;
      for (let column = 0; column <= k; column++) inverse[row * n + column] = inverse[row * n + column]! - value * inverse[k * n + column]!;
    }
    for (let column = 0; column <= row; column++) inverse[row * n + column] = inverse[row * n + column]! / factor[row * n + row]!;
  }
  return { inverse, logDeterminant };
}
