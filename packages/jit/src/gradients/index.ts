import * as tf from "@tensorflow/tfjs";
import { broadcastGradients } from "./broadcasting.js";
import { comparisonGradients } from "./comparisons.js";
import { convolutionGradients } from "./convolutions.js";
import { einsumGradient } from "./einsum.js";
import { indexingGradients } from "./indexing.js";
import { resamplingGradients } from "./resampling.js";
import { shapingGradients } from "./shaping.js";

// Gradients that TF.js 4.22 lacks or computes wrongly, for every backend: eager and compiled training agree. Importing
// this package registers them, for the whole process.

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

for (const gradient of gradients) tf.registerGradient(gradient);
