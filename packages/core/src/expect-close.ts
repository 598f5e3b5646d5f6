/** How close two numbers must be: |actual - expected| <= atol + rtol |expected|. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/**
 * Compares two lists of numbers in a test, by the rule of numpy's `assert_allclose`, except that NaN equals nothing. An infinity equals only itself.
 * @param name what the error calls the array
 * @throws Error when the lengths differ or an element is too far off; it names the worst element
 */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, { rtol, atol }: Tolerance, name = "array"): void {
  if (actual.length !== expected.length) throw new Error(`${name}: ${actual.length} elements, expected ${expected.length}`);
  let worst = { i: -1, excess: 0 };
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    if (a === e) continue;
    const excess = Math.abs(a - e) / (atol + rtol * Math.abs(e));
    if (!(excess <= 1) && !(excess <= worst.excess)) worst = { i, excess };
    if (Number.isNaN(excess)) break; // nothing is worse
  }
  if (worst.i < 0) return;
  const { i, excess } = worst;
  throw new Error(
    `${name}[${i}]: ${actual[i]}, expected ${expected[i]}: ${excess.toPrecision(3)} times the tolerance (rtol ${rtol}, atol ${atol})`,
  );
}

/** The largest absolute value. Tests state tolerances relative to it. */
export function largest(values: ArrayLike<number>): number {
  let top = 0;
  for (let i = 0; i < values.length; i++) top = Math.max(top, Math.abs(values[i]!));
  return top;
}
