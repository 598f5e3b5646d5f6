import { registerGradients } from "./gradients/index.js";

export { gelu } from "./functions/gelu.js";
export { layerNorm } from "./functions/layer-norm.js";
export { resizeBilinear } from "./functions/resize-bilinear.js";
export { jit } from "./jit.js";
export { openProgram } from "./runtime.js";
export { isNdArray, tensorsOf, toNdArray, toTensor } from "./tensors.js";
export { toOnnx } from "./to-onnx.js";
export { cosineSchedule, linearSchedule, stepSchedule } from "./train/schedules.js";
export { trainStep } from "./train/train-step.js";
export type { Program, RuntimeOptions, Tensors, TensorSpec, TensorSpecs, TracedFunction, TraceOptions } from "./program.js";
export type { AdamWOptions } from "./train/adamw.js";
export type { CosineOptions, WarmupOptions } from "./train/schedules.js";
export type { TrainProgram, TrainStepOptions } from "./train/train-step.js";

registerGradients();
