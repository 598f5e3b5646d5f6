/** A synthetic data set with defects, under `@ltad/data/synthetic`. */
export { synthesise } from "./synthetic/synthesise.js";
export type { SynthesisResult } from "./synthetic/synthesise.js";
export { materialNames } from "./synthetic/synthesis-parameters.js";
export type { SynthesisOptions } from "./synthetic/synthesis-parameters.js";
