import * as tf from "@tensorflow/tfjs";
import { broadcastGradients } from "./broadcasting.js";
import { comparisonGradients } from "./comparisons.js";
import { convolutionGradients } from "./convolutions.js";
import { einsumGradient } from "./einsum.js";
import { indexingGradients } from "./indexing.js";
import { resamplingGradients } from "./resampling.js";
import { shapingGradients } from "./shaping.js";

/** All gradients of ours. */
export const gradients: readonly tf.GradConfig[] = [
  ...comparisonGradients,
  ...broadcastGradients,
  ...convolutionGradients,
  ...resamplingGradients,
  ...shapingGradients,
  ...indexingGradients,
  einsumGradient,
];

/**
 * Registers gradients that TF.js 4.22 lacks or computes wrongly, for every backend, so that eager and compiled training agree.
 * Importing the package does it, for the whole process.
 */
export function registerGradients(): void {
  for (const gradient of gradients) tf.registerGradient(gradient);
}
