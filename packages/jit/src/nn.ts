/** `@ltad/jit/nn`: layers and their parameters, as pure TensorFlow.js functions. */
export { attention } from "./nn/attention.js";
export { gelu } from "./nn/gelu.js";
export { layerNorm } from "./nn/layer-norm.js";
export { initLinear, linear, xavierUniform, zeroLinear } from "./nn/linear.js";
export { resizeBilinear } from "./nn/resize-bilinear.js";
export type { Linear } from "./nn/linear.js";
