// Sums in double precision over float32 arrays, as plain nested loops, because they run over every feature of every image.

type Floats = Float32Array | Float64Array;

/** total[i] += factor * values[i] */
export function addInto(total: Float64Array, values: Floats, factor = 1): void {
  for (let i = 0; i < values.length; i++) total[i] = total[i]! + factor * values[i]!;
}

/** Returns values[row, c] * factor[c] for rows [R, n], n = factor.length. */
export function scaledColumns(values: Float64Array, factor: Float64Array): Float64Array {
  const n = factor.length;
  const out = new Float64Array(values.length);
  for (let row = 0; row < values.length; row += n) for (let c = 0; c < n; c++) out[row + c] = values[row + c]! * factor[c]!;
  return out;
}

/** squares[i] += values[i] ** 2 */
export function addSquares(squares: Float64Array, values: Floats): void {
  for (let i = 0; i < values.length; i++) squares[i] = squares[i]! + values[i]! ** 2;
}

/** The sums of the n columns of rows [R, n]. */
export function columnSums(values: Floats, n: number): Float64Array {
  const sums = new Float64Array(n);
  for (let row = 0; row < values.length; row += n) for (let c = 0; c < n; c++) sums[c] = sums[c]! + values[row + c]!;
  return sums;
}

/** matrix += factor * a b^T for vectors of n numbers. */
export function addOuter(matrix: Float64Array, a: Floats, b: Floats, factor: number): void {
  const n = b.length;
  a.forEach((value, row) => {
    const scaled = factor * value;
    for (let c = 0; c < n; c++) matrix[row * n + c] = matrix[row * n + c]! + scaled * b[c]!;
  });
}

const rounding = 1e-12; // a variance below this share of the mean square is the rounding error of a constant

/** The mean and the standard deviation (biased; 1 for a constant column) from sums over `count` rows. */
export function meanAndDeviation(sums: Float64Array, squares: Float64Array, count: number) {
  const mean = sums.map((sum) => sum / count);
  const deviation = squares.map((sum, i) => {
    const square = sum / count;
    const variance = square - mean[i]! ** 2;
    return variance > rounding * square ? Math.sqrt(variance) : 1;
  });
  return { mean, deviation };
}
