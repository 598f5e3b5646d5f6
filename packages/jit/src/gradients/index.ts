import * as tf from "@tensorflow/tfjs";
import { broadcastGradients } from "./broadcasting.js";
import { comparisonGradients } from "./comparisons.js";
import { convolutionGradients } from "./convolutions.js";
import { einsumGradient } from "./einsum.js";
import { imageGradients } from "./images.js";
import { indexingGradients } from "./indexing.js";
import { dilationGradient, maxPool3dGradient } from "./sliding-max.js";
import { resamplingGradients } from "./resampling.js";
import { cumprodGradient, cumsumGradient } from "./scans.js";
import { shapingGradients } from "./shaping.js";

/** All gradients of ours. */
export const gradients: readonly tf.GradConfig[] = [
  ...comparisonGradients,
  ...broadcastGradients,
  ...convolutionGradients,
  ...resamplingGradients,
  ...shapingGradients,
  ...indexingGradients,
  ...imageGradients,
  einsumGradient,
  dilationGradient,
  maxPool3dGradient,
  cumprodGradient,
  cumsumGradient,
];

/**
 * Registers gradients that TF.js 4.22 lacks or computes wrongly, for every backend and the whole process. Everything here that traces,
 * runs or makes tensors does it first, so that eager and compiled training agree; call it to use tf.grad without any of that. Importing
 * another copy of TF.js (@tensorflow/tfjs-node brings one) registers TF.js's own again, so that this looks each time.
 */
export function registerGradients(): void {
  for (const gradient of gradients) if (tf.getGradient(gradient.kernelName) !== gradient) tf.registerGradient(gradient);
}
