/**
 * Float bits as unsigned keys of the same order; both zeros get one key.
 * @param values [n] finite
 * @returns [n] a < b as floats exactly when their keys are
 * @see Herf 2001, Radix Tricks
 */
export function floatKeys(values: Float32Array): Uint32Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const keys = new Uint32Array(values.length);
  for (let i = 0; i < keys.length; i++) {
    const b = bits[i] as number;
    keys[i] = b === 0x80000000 ? 0x80000000 : b & 0x80000000 ? ~b : b | 0x80000000;
  }
  return keys;
}

/** True where the bits mean NaN or an infinity; the first such index, or -1. */
export function firstNotFinite(values: Float32Array): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) if (((bits[i] as number) & 0x7f800000) === 0x7f800000) return i;
  return -1;
}
