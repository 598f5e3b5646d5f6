import { float32, LtadError, type NdArray } from "@ltad/core";

/**
 * Looks up rows in a table of word vectors.
 * @param rows [vocabulary, size], flat
 * @returns [ids, size]
 * @throws LtadError `LTAD_SHAPE` for an id outside of the table
 */
export function lookUp(rows: Float32Array, size: number, ids: readonly number[], name: string): NdArray & { data: Float32Array } {
  const count = rows.length / size;
  const out = new Float32Array(ids.length * size);
  for (const [i, id] of ids.entries()) {
    if (!Number.isInteger(id) || id < 0 || id >= count)
      throw new LtadError("LTAD_SHAPE", `${name}: expected token ids from 0 to ${count - 1}, received ${id}.`);
    out.set(rows.subarray(id * size, (id + 1) * size), i * size);
  }
  return float32([ids.length, size], out);
}

/** The mean of all rows, [size]. */
export function meanRow(rows: Float32Array, size: number): Float32Array {
  const sum = new Float64Array(size);
  rows.forEach((value, i) => (sum[i % size] = sum[i % size]! + value));
  return Float32Array.from(sum, (value) => value / (rows.length / size));
}
