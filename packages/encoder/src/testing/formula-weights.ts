import { crc32 } from "node:zlib";
import { type WeightFile, float32, int32, type NdArray, sizeOf } from "@ltad/core";

// Weights by formula, so that a golden of a full-size model needs no weights in the repository; the twin of tools/reference/encoder/formula.py.

/** Numbers in 0..1 that follow from a name and their index alone. */
export function formulaUniforms(name: string, count: number): Float64Array {
  const seed = crc32(name);
  const uniforms = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = (Math.imul(i, 2654435761) + seed) >>> 0;
    for (let round = 0; round < 2; round++) x = Math.imul(x ^ (x >>> 16), 0x45d9f3b) >>> 0;
    uniforms[i] = ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
  }
  return uniforms;
}

/** The values of one tensor: weights scaled by their fan-in, norms below 1, small biases, positive variances. */
export function formulaTensor(name: string, shape: readonly number[]): NdArray {
  const u = formulaUniforms(name, sizeOf(shape));
  const last = name.split(".").at(-1);
  const scale = Math.sqrt((12 * 2) / sizeOf(shape.slice(1)));
  const value = (x: number) => {
    if (last === "running_var") return 1 + x;
    if (last === "running_mean" || last === "bias") return 0.2 * (x - 0.5);
    return shape.length === 1 ? 0.5 + 0.4 * x : (x - 0.5) * scale;
  };
  return float32(shape, new Float32Array(u.map(value))); // B7 has 64 million: Float32Array.from would take seconds
}

/** A checkpoint of these tensors; scalars are PyTorch's counters. */
export function formulaCheckpoint(shapes: Readonly<Record<string, readonly number[]>>): WeightFile {
  const isCounter = (name: string) => name.endsWith("num_batches_tracked");
  const tensor = (name: string) => (isCounter(name) ? int32([], [0]) : formulaTensor(name, shapes[name] as number[]));
  return {
    tensors: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { dtype: isCounter(name) ? "I64" : "F32", shape }])),
    metadata: {},
    read: async (names) => Object.fromEntries(names.map((name) => [name, tensor(name)])),
  };
}

/** RGB in 0..1, [1, height, width, 3]. */
export function formulaImage(height: number, width: number): NdArray {
  return float32([1, height, width, 3], Float32Array.from(formulaUniforms(`image ${height} ${width}`, height * width * 3)));
}
