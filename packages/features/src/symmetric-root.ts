import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/**
 * (A + ridge I)^(-1/2), the symmetric root, by the eigen-decomposition of A.
 * @param a [D, D] symmetric, row-major; negative eigenvalues of rounding count as 0
 * @returns [D, D]
 */
export function inverseRoot(a: Float64Array, size: number, ridge: number): Float32Array {
  const { eigenvectorMatrix: v, realEigenvalues: values } = new EigenvalueDecomposition(Matrix.from1DArray(size, size, a), {
    assumeSymmetric: true,
  });
  const scaled = Matrix.zeros(size, size); // V diag(root)
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < size; k++) scaled.set(row, k, v.get(row, k) / Math.sqrt(Math.max(0, values[k] as number) + ridge));
  }
  return Float32Array.from(scaled.mmul(v.transpose()).to1DArray());
}
