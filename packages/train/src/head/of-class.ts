import { float32, floats, type NdArray, type NdArrays } from "@ltad/core";

/** What scoring needs of each class, under the names in weights.safetensors; the first axis is the class. */
const ofClass = new Set([
  "tables.positionMean",
  "tables.whitening",
  "tables.axes",
  "tables.gain",
  "prototypes.normal",
  "prototypes.abnormal",
  "calibration.error",
  "calibration.logitMean",
  "calibration.logitDeviation",
  "calibration.typical",
  "calibration.power",
  "calibration.judged",
]);

/** Whether an array has a row for each class that scoring needs. */
export function isOfClass(name: string): boolean {
  return ofClass.has(name);
}

/** The rows of one class: arrays [1, ...]. @param names of arrays [K, ...] */
export function classRow(arrays: NdArrays, names: readonly string[], label: number): NdArrays {
  return Object.fromEntries(names.map((name) => [name, rowOf(arrays[name]!, label)]));
}

function rowOf(table: NdArray, label: number): NdArray {
  const [classes, ...shape] = table.shape as [number, ...number[]];
  const size = table.data.length / classes;
  return float32([1, ...shape], floats(table, "table").subarray(label * size, (label + 1) * size));
}
