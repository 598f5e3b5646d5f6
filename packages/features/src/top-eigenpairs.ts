import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** The largest eigenvalues of a symmetric matrix, in descending order, with their unit vectors. */
export interface Eigenpairs {
  readonly values: number[];
  readonly vectors: Float64Array[];
}

const krylovSteps = 24; // with full orthogonalisation; enough for eight pairs of a spectrum that falls

/**
 * The `count` largest eigenpairs of a symmetric positive matrix [n, n] (fewer when its rank is lower): all of it for small matrices, by
 * Lanczos' method otherwise, which takes 24 products with the matrix.
 */
export function topEigenpairs(a: Float32Array, n: number, count: number): Eigenpairs {
  if (n <= krylovSteps) return largest(Matrix.from1DArray(n, n, a), count, (vector) => vector);
  const { basis, tridiagonal } = lanczos(a, n);
  return largest(tridiagonal, count, (vector) => combined(basis, vector));
}

function largest(matrix: Matrix, count: number, lift: (vector: Float64Array) => Float64Array): Eigenpairs {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((x, y) => realEigenvalues[y]! - realEigenvalues[x]!);
  const positive = order.slice(0, count).filter((i) => realEigenvalues[i]! > 1e-9 * Math.max(realEigenvalues[order[0]!]!, 1e-30));
  return {
    values: positive.map((i) => realEigenvalues[i]!),
    vectors: positive.map((i) => lift(Float64Array.from(eigenvectorMatrix.getColumn(i)))),
  };
}

/** An orthonormal basis of the Krylov space of a fixed vector, and the matrix in that basis. */
function lanczos(a: Float32Array, n: number): { basis: Float64Array[]; tridiagonal: Matrix } {
  const basis: Float64Array[] = [];
  const [alphas, betas]: [number[], number[]] = [[], []];
  let next = unit(Float64Array.from({ length: n }, (_, i) => 1 + 0.5 * Math.sin(1 + i * i))); // any vector with a share of all axes
  while (next && basis.length < krylovSteps) {
    basis.push(next);
    const product = times(a, next);
    alphas.push(dot(product, next));
    for (const known of basis) subtract(product, known, dot(product, known));
    const beta = Math.sqrt(dot(product, product));
    betas.push(beta);
    next = beta > 1e-7 * Math.abs(alphas[0]!) ? product.map((value) => value / beta) : undefined;
  }
  const tridiagonal = Matrix.zeros(basis.length, basis.length);
  alphas.forEach((alpha, i) => {
    tridiagonal.set(i, i, alpha);
    if (i + 1 < alphas.length) tridiagonal.set(i, i + 1, betas[i]!).set(i + 1, i, betas[i]!);
  });
  return { basis, tridiagonal };
}

function times(a: Float32Array, x: Float64Array): Float64Array {
  const n = x.length;
  const out = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    let sum = 0;
    for (let c = 0; c < n; c++) sum += a[row * n + c]! * x[c]!;
    out[row] = sum;
  }
  return out;
}

function combined(basis: readonly Float64Array[], weights: Float64Array): Float64Array {
  const out = new Float64Array(basis[0]!.length);
  basis.forEach((vector, i) => subtract(out, vector, -weights[i]!));
  return out;
}

/** x -= factor * y */
function subtract(x: Float64Array, y: Float64Array, factor: number): void {
  for (let i = 0; i < x.length; i++) x[i] = x[i]! - factor * y[i]!;
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

function unit(x: Float64Array): Float64Array | undefined {
  const length = Math.sqrt(dot(x, x));
  return length > 0 ? x.map((value) => value / length) : undefined;
}
