/** The part of the package that runs without Node.js, under `@ltad/core/browser`: no files and no hashes. */
export { float32, floats, int32, isNdArray, scalar, sizeOf } from "./array.js";
export type { DType, FloatArray, NdArray, NdArrays } from "./array.js";
export { csvRow } from "./csv-row.js";
export { isLtadError, LtadError, throwIfAborted } from "./errors.js";
export type { LtadErrorCode } from "./errors.js";
export { resizeKernels } from "./image-processing.js";
export type { ResizeKernel } from "./image-processing.js";
export { decodeSafetensors, encodeSafetensors } from "./safetensors.js";
export type { Safetensors } from "./safetensors.js";
export { stopwatch } from "./stopwatch.js";
