export { classTexts, initClassNames } from "./class-names.js";
export { klDivergence, klWeight, vaeLoss } from "./loss.js";
export { realProbability } from "./real-probability.js";
export { conditionalVae, sample } from "./vae.js";
export type { DecoderConfig } from "./decoder-plan.js";
export type { Gaussian, VaeLoss } from "./loss.js";
export type { MixingOptions } from "./real-probability.js";
export type { ConditionalVae, DecoderParams, LatentParams, VaeConfig, VaeInputs, VaeOutputs, VaeParams } from "./vae.js";
