// Sums in double precision over float32 arrays. Plain nested loops: these run over every feature of every image.

type Floats = Float32Array | Float64Array;

/** total[i] += values[i] */
export function addInto(total: Float64Array, values: Floats): void {
  for (let i = 0; i < values.length; i++) total[i] = total[i]! + values[i]!;
}

/** squares[c] += values[row, c] ** 2 over rows [R, n], n = squares.length. */
export function addSquares(squares: Float64Array, values: Floats): void {
  const n = squares.length;
  for (let row = 0; row < values.length; row += n) for (let c = 0; c < n; c++) squares[c] = squares[c]! + values[row + c]! ** 2;
}

/** Sums of the n columns of rows [R, n]. */
export function columnSums(values: Floats, n: number): Float64Array {
  const sums = new Float64Array(n);
  for (let row = 0; row < values.length; row += n) for (let c = 0; c < n; c++) sums[c] = sums[c]! + values[row + c]!;
  return sums;
}

/** matrix += factor * a b^T of vectors of n numbers. */
export function addOuter(matrix: Float64Array, a: Floats, b: Floats, factor: number): void {
  const n = b.length;
  a.forEach((value, row) => {
    const scaled = factor * value;
    for (let c = 0; c < n; c++) matrix[row * n + c] = matrix[row * n + c]! + scaled * b[c]!;
  });
}

const rounding = 1e-12; // share of the mean square below which a variance is the rounding of a constant

/** Mean and deviation (biased; 1 for a constant column) from sums over `count` rows. */
export function meanAndDeviation(sums: Float64Array, squares: Float64Array, count: number) {
  const mean = sums.map((sum) => sum / count);
  const deviation = squares.map((sum, i) => {
    const square = sum / count;
    const variance = square - mean[i]! ** 2;
    return variance > rounding * square ? Math.sqrt(variance) : 1;
  });
  return { mean, deviation };
}
