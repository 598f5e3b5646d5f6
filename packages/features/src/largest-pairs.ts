import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** The largest eigenvalues of a symmetric matrix, in descending order, and their unit eigenvectors. */
export interface Eigenpairs {
  readonly values: number[];
  readonly vectors: number[][];
}

const rounding = 1e-7; // an eigenvalue below this share of the largest one counts as 0

/** The `count` largest eigenpairs of a symmetric positive matrix [n, n], row-major; fewer when its rank is lower. */
export function largestPairs(a: Float32Array, n: number, count: number): Eigenpairs {
  const matrix = Matrix.from1DArray(n, n, a);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((x, y) => realEigenvalues[y]! - realEigenvalues[x]!);
  const least = Math.max(rounding * realEigenvalues[order[0]!]!, Number.MIN_VALUE);
  const positive = order.slice(0, count).filter((i) => realEigenvalues[i]! > least);
  return { values: positive.map((i) => realEigenvalues[i]!), vectors: positive.map((i) => eigenvectorMatrix.getColumn(i)) };
}
