/** 97.5 % quantile of the standard normal distribution. */
export const normalQuantile975 = 1.959963984540054;

/** P(|Z| >= |z|) for a standard normal Z, with a relative error of at most 1e-13. */
export function normalTwoSided(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  return x < 2 ? 1 - erfSeries(x) : erfcFraction(x);
}

/** erf by its series with positive terms only, for small x. @see Abramowitz & Stegun 7.1.6 */
function erfSeries(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return ((2 * sum) / Math.sqrt(Math.PI)) * Math.exp(-x * x);
}

/** erfc by its continued fraction, from the inside out, for x >= 2. @see Abramowitz & Stegun 7.1.14 */
function erfcFraction(x: number): number {
  let tail = x;
  for (let k = 120; k >= 1; k--) tail = x + k / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}
