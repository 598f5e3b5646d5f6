import { addInto, addOuter, columnSums, scaledColumns } from "./accumulate.js";
import type { ClassSums } from "./class-sums.js";
import type { Scatter } from "./scatter.js";

// Shapes: n images, N tokens, C channels; f in units of the channels' deviations.

/** The Gaussian of one class: a mean at each position, and the covariance around it. */
export interface ClassGaussian {
  /** m_c,i, [N, C] */
  readonly mean: Float64Array;
  /** Cov_c, [C, C], over all positions */
  readonly covariance: Float64Array;
}

/**
 * Fits the Gaussian: m_c,i = w mean_j f_j(i) + (1 - w) m_c with w = n / (n + meanPrior), and Cov_c is the mean of (f - m_c,i)(f - m_c,i)^T.
 * The sum of these products is Q - (1 - u) / n A - u / (n N) B with u = (1 - w)^2, where Q is the sum of f f^T, A is the sum of s_i s_i^T over the
 * sums s_i at each position, and B = s s^T for their total s.
 * @param deviation [C] the standard deviation of each channel
 * @see docs/method.md, "Recommended settings" 2
 */
export async function classGaussian(sums: ClassSums, deviation: Float64Array, scatter: Scatter, meanPrior: number): Promise<ClassGaussian> {
  const { images: n } = sums;
  const channels = deviation.length;
  const tokens = sums.position.length / channels;
  const weight = n / (n + meanPrior);
  const position = scaledColumns(
    sums.position,
    deviation.map((value) => 1 / value),
  ); // s_i [N, C]
  const total = columnSums(position, channels); // s [C]
  const mean = meanAtPositions(position, total, { weight, images: n });
  const between = await scatter.of(position); // A
  const share = (1 - weight) ** 2; // u
  const sum = inUnits(sums.scatter, deviation);
  addInto(sum, between, -(1 - share) / n);
  addOuter(sum, total, total, -share / (n * tokens));
  const covariance = new Float64Array(sum.length);
  addInto(covariance, sum, 1 / (n * tokens));
  return { mean, covariance };
}

/** w s_i / n + (1 - w) s / (n N), [N, C] */
function meanAtPositions(
  position: Float64Array,
  total: Float64Array,
  { weight, images }: { readonly weight: number; readonly images: number },
) {
  const channels = total.length;
  const mean = new Float64Array(position.length);
  addInto(mean, position, weight / images);
  const common = total.map((sum) => ((1 - weight) * sum) / (images * (position.length / channels)));
  for (let row = 0; row < mean.length; row += channels) for (let c = 0; c < channels; c++) mean[row + c] = mean[row + c]! + common[c]!;
  return mean;
}

/** Converts a sum of f f^T [C, C] to units of the channels' deviations. */
export function inUnits(matrix: Float64Array, deviation: Float64Array): Float64Array {
  const inverse = deviation.map((value) => 1 / value);
  const scaled = scaledColumns(matrix, inverse);
  inverse.forEach((factor, row) => {
    for (let c = 0; c < inverse.length; c++) scaled[row * inverse.length + c] = scaled[row * inverse.length + c]! * factor;
  });
  return scaled;
}
