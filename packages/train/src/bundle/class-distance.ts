import { type FloatArray, floats, type NdArray } from "@ltad/core";
import type { ClassStatistics } from "@ltad/features";

/**
 * How far an image is from a class: the mean squared difference between its standardised z and that of the class, as the head computes it.
 * @param z of the image, [1, Dz]
 * @param classZ the standardised mean of the class, [Dz]
 */
export function classDistance(
  { zMean, zDeviation }: Pick<ClassStatistics, "zMean" | "zDeviation">,
  { data: z }: FloatArray,
  classZ: ArrayLike<number>,
): number {
  let sum = 0;
  for (let d = 0; d < z.length; d++) sum += ((z[d]! - zMean.data[d]!) / zDeviation.data[d]! - classZ[d]!) ** 2;
  return sum / z.length;
}

/** Row `k` of a table [K, n]. */
export function rowOf(table: NdArray, k: number): Float32Array {
  const n = table.shape[1]!;
  return floats(table, "table").subarray(k * n, (k + 1) * n);
}
