// Sums in double precision over float32 arrays. Plain nested loops: these run over every feature of every image.

/** total[from + i] += values[i] */
export function addInto(total: Float64Array, from: number, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) total[from + i] = total[from + i]! + values[i]!;
}

/** values[i] *= factor for `count` places from `from` on. */
export function scale(values: Float64Array, from: number, count: number, factor: number): void {
  for (let i = from; i < from + count; i++) values[i] = values[i]! * factor;
}

/** Column sums and sums of squares of rows [R, n], n = sums.length. */
export function addMoments(sums: Float64Array, squares: Float64Array, values: Float32Array): void {
  const n = sums.length;
  for (let row = 0; row < values.length; row += n) {
    for (let c = 0; c < n; c++) {
      const value = values[row + c]!;
      sums[c] = sums[c]! + value;
      squares[c] = squares[c]! + value * value;
    }
  }
}

const rounding = 1e-12; // share of the mean square below which a variance is the rounding of a constant

/** Adds rows [R, n] to `total` from a place on, and their squares to the n columns of `squares`, in one pass. */
export function addPatches(total: Float64Array, from: number, squares: Float64Array, values: Float32Array): void {
  const n = squares.length;
  for (let row = 0; row < values.length; row += n) {
    for (let c = 0; c < n; c++) {
      const value = values[row + c]!;
      total[from + row + c] = total[from + row + c]! + value;
      squares[c] = squares[c]! + value * value;
    }
  }
}

/** Sums of the n columns of rows [R, n]. */
export function columnSums(values: Float64Array, n: number): Float64Array {
  const sums = new Float64Array(n);
  for (let row = 0; row < values.length; row += n) for (let c = 0; c < n; c++) sums[c] = sums[c]! + values[row + c]!;
  return sums;
}

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

/** values[row, c] * factor[c] - mean[from + ...]: residuals in units of the channels' deviation. */
export function residual(values: Float32Array, factor: Float64Array, mean: Float32Array, from: number): Float32Array {
  const n = factor.length;
  const out = new Float32Array(values.length);
  for (let row = 0; row < values.length; row += n) {
    for (let c = 0; c < n; c++) out[row + c] = values[row + c]! * factor[c]! - mean[from + row + c]!;
  }
  return out;
}
