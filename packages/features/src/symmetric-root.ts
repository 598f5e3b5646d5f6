import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/**
 * (A + ridge I)^(-1/2), the symmetric root, by the eigen-decomposition of A.
 * @param a [D, D] symmetric, row-major; negative eigenvalues of rounding count as 0
 * @returns [D, D]
 */
export function inverseRoot(a: Float64Array, size: number, ridge: number): Float32Array {
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(Matrix.from1DArray(size, size, a), { assumeSymmetric: true });
  const fourthRoots = realEigenvalues.map((value) => (Math.max(0, value) + ridge) ** -0.25);
  const half = eigenvectorMatrix.mulRowVector(fourthRoots); // V diag(fourth root)
  return Float32Array.from(half.mmul(half.transpose()).to1DArray()); // symmetric by construction
}
