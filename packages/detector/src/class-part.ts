import { encodeSafetensors, type FileArrays, floats, type NdArray, type NdArrays } from "@ltad/core";
import { compactWeight, isCompactable } from "@ltad/onnx";

/** What the head needs of a class: arrays [1, ...] by name, or the file of another bundle that has them. */
export type ClassPart = { readonly arrays: NdArrays } | StoredClass;

/** The file of a class in a bundle. */
export interface StoredClass {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * The file of a class. Its matrices are in half precision, which moves no AUROC by 0.01 points.
 * @throws LtadError `LTAD_CONFIG` for a number that half precision does not hold
 */
export function encodeClass(arrays: NdArrays): Uint8Array {
  const names = Object.keys(arrays).sort(); // the same class is the same file
  const entries = names.map((name): [string, FileArrays[string]] => [name, compact(name, arrays[name]!)]);
  return encodeSafetensors(Object.fromEntries(entries));
}

function compact(name: string, array: NdArray): FileArrays[string] {
  if (array.dtype !== "float32" || !isCompactable(array.shape)) return array;
  const { rawData } = compactWeight(name, floats(array, name), array.shape, "float16").tensors[0]!;
  return { dtype: "float16", shape: array.shape, data: new Uint16Array(rawData.buffer, rawData.byteOffset, rawData.length / 2) };
}
