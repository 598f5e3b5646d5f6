import type { FloatArray } from "@ltad/core";
import type { ClassStatistics } from "@ltad/features";

/** How far an image is from a class: the mean square of its standardised z less that of the class. As the head computes it. @param statistics of one class */
export function classDistance({ zMean, zDeviation, classZ }: ClassStatistics, { data: z }: FloatArray): number {
  let sum = 0;
  for (let d = 0; d < z.length; d++) sum += ((z[d]! - zMean.data[d]!) / zDeviation.data[d]! - classZ.data[d]!) ** 2;
  return sum / z.length;
}
