/** The largest finite number in IEEE half precision. */
export const largestHalf = 65504;

/** Rounds numbers to IEEE half precision (binary16), to the nearest, ties to even. Numbers that round above {@link largestHalf} become infinite. */
export function toHalf(numbers: ArrayLike<number>): Uint16Array {
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  const halves = new Uint16Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    float[0] = numbers[i]!;
    halves[i] = halfBits(bits[0]!);
  }
  return halves;
}

/** @param bits of a float32: sign 1, exponent 8, fraction 23; a half has 1, 5 and 10 */
function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  const shifted = exponent - 112; // 127 - 15
  if (shifted >= 31) return sign | 0x7c00;
  if (shifted <= 0) return shifted < -10 ? sign : sign | rounded(fraction | 0x800000, 14 - shifted);
  return sign | rounded((shifted << 23) | fraction, 13); // a carry out of the fraction increases the exponent
}

/** n / 2^by, to the nearest, ties to even. */
function rounded(n: number, by: number): number {
  const half = 2 ** (by - 1);
  const rest = n & (2 * half - 1);
  const down = n >>> by;
  return rest > half || (rest === half && (down & 1) === 1) ? down + 1 : down;
}

/** The numbers that halves represent. {@link toHalf} turns them back into the same halves. */
export function fromHalf(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (bits) => {
    const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >>> 10) & 0x1f, bits & 0x3ff];
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
  });
}
