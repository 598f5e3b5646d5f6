/**
 * Turns floats into unsigned keys with the same order; both zeros get the same key.
 * @param values [n]
 * @returns `keys` [n], for which a < b exactly when it holds for the floats; `bad`, the index of the first NaN or infinity, or -1
 * @see Herf 2001, Radix Tricks
 */
export function floatKeys(values: Float32Array): { readonly keys: Uint32Array; readonly bad: number } {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const keys = new Uint32Array(values.length);
  let bad = -1;
  for (let i = bits.length - 1; i >= 0; i--) {
    const b = bits[i]!;
    if ((b & 0x7f800000) === 0x7f800000) bad = i;
    keys[i] = b === -0x80000000 ? 0x80000000 : b ^ ((b >> 31) | 0x80000000); // flips all bits of a negative number, and the sign of others
  }
  return { keys, bad };
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** The float of a key. */
export function floatOfKey(key: number): number {
  word[0] = key & 0x80000000 ? key & 0x7fffffff : ~key;
  return float[0]!;
}
