import { sizeOf } from "@ltad/core";
import type { OnnxTensor } from "./messages.js";
import { weightsError } from "./onnx-error.js";
import { integer } from "./read-onnx.js";

const float32 = 1;

/** A float32 weight of an ONNX file. */
export interface FloatWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** Copies its numbers out of the file, where they may not be aligned. */
  readonly data: () => Float32Array;
}

/**
 * Reads a float32 weight; undefined for one of another type.
 * @throws LtadError `LTAD_WEIGHTS` when it has more or fewer numbers than its shape says
 */
export function readFloats(tensor: OnnxTensor, source: string): FloatWeight | undefined {
  const { name = "", dims = [], dataType, rawData, floatData = [] } = tensor;
  if (dataType !== float32) return undefined;
  const shape = dims.map(integer);
  const parts = rawData?.length ? [rawData] : floatData;
  const bytes = parts.reduce((sum, { length }) => sum + length, 0);
  if (bytes !== 4 * sizeOf(shape))
    throw weightsError(source, `the weight ${name} has ${bytes} bytes, its shape [${shape.join(", ")}] takes ${4 * sizeOf(shape)}`);
  return { name, shape, data: () => new Float32Array(joined(parts, bytes)) };
}

function joined(parts: readonly Uint8Array[], length: number): ArrayBuffer {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.buffer;
}
