export { openProgram } from "@ltad/runtime";
export { registerGradients } from "./gradients/index.js";
export { jit } from "./jit.js";
export { bool, f32, i32 } from "./spec.js";
export { tensorsOf, toNdArray, toTensor } from "./tensors.js";
export { saveOnnx, toOnnx } from "./to-onnx.js";
export { constantSchedule, cosineSchedule, linearSchedule, stepSchedule } from "./train/schedules.js";
export { trainStep, trainStepToOnnx } from "./train/train-step.js";
export type { GraphSpecs, InputsOf, Program, RuntimeOptions, TensorSpec, TensorSpecs } from "@ltad/runtime";
export type { Spec, TensorFor } from "./spec.js";
export type {
  ExportOptions,
  JitOptions,
  NoArrays,
  Tensors,
  TensorsFor,
  TensorsOf,
  TracedFunction,
  TraceOptions,
} from "./traced-function.js";
export type { AdamOptions } from "./train/adam.js";
export type { AdamWOptions } from "./train/adamw.js";
export type { Clipping, OptimiserOptions } from "./train/optimiser.js";
export type { RmsPropOptions } from "./train/rmsprop.js";
export type { CosineOptions, StepScheduleOptions, WarmupOptions } from "./train/schedules.js";
export type { SgdOptions } from "./train/sgd.js";
export type { LearningRate, Losses, StepNumbers, StepOptions, TrainProgram, TrainStepOptions } from "./train/train-program.js";
