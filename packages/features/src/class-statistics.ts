import type { NdArray } from "@ltad/core";
import type { ClassMoments } from "./class-moments.js";

/** Everything that is fitted to the training images in closed form. */
export interface ClassStatistics extends ClassMoments {
  /** One [K, D_g, D_g] for each group: (Cov_c + ridge I)^(-1/2). Empty without whitening. */
  readonly whitening: readonly NdArray[];
}
