import { addInto, scaledColumns } from "./accumulate.js";
import { type ClassGaussian, inUnits } from "./class-gaussian.js";
import type { ClassSums } from "./class-sums.js";
import type { Scatter } from "./scatter.js";

// Shapes: n images, N tokens, C channels; f in units of the channels' deviations.

/**
 * Mean log-likelihood of the tokens of images under a class's Gaussian N(m_c,i, Cov_c + ridge I), divided by C, without the constant
 * log(2 pi) / 2. It follows from the sums of the images: no token is read again.
 * @param held sums of images that did not take part in `gaussian`
 */
export async function logLikelihood(
  { mean, covariance }: ClassGaussian,
  held: ClassSums,
  deviation: Float64Array,
  { scatter, ridge }: { readonly scatter: Scatter; readonly ridge: number },
): Promise<number> {
  const channels = deviation.length;
  const { inverse, logDeterminant } = choleskyInverse(withRidge(covariance, ridge), channels);
  const around = await scatterAround(mean, held, deviation, scatter);
  const tokens = held.images * (mean.length / channels);
  return (-0.5 / channels) * ((await scatter.trace(inverse, around)) / tokens + logDeterminant);
}

/** Sum of (f - m_i)(f - m_i)^T over images and positions: around each position's own mean, and that mean around m_i. [C, C] */
async function scatterAround(
  mean: Float64Array,
  { images, position, scatter: total }: ClassSums,
  deviation: Float64Array,
  scatter: Scatter,
) {
  const sums = scaledColumns(
    position,
    deviation.map((value) => 1 / value),
  ); // s_i [N, C]
  const own = await scatter.of(sums); // sum of s_i s_i^T
  const shift = await scatter.of(sums.map((sum, i) => sum / images - mean[i]!));
  const around = inUnits(total, deviation);
  addInto(around, own, -1 / images);
  addInto(around, shift, images);
  return around;
}

function withRidge(matrix: Float64Array, ridge: number): Float64Array {
  const n = Math.sqrt(matrix.length);
  const sum = matrix.slice();
  for (let i = 0; i < matrix.length; i += n + 1) sum[i] = sum[i]! + ridge;
  return sum;
}

/** L^-1, row-major, of A = L L^T [n, n], and log det A. Plain loops: ml-matrix takes ten times as long for this. */
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
