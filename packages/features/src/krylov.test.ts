import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { krylov, krylovStart } from "./krylov.js";
import { largestPairs } from "./largest-pairs.js";

describe("the largest pairs of a matrix in its Krylov space", () => {
  it.each([90])("of a falling spectrum are the library's, n = %d", (n) => {
    const a = gram(n, (k) => 0.8 ** k);
    const { values, vectors } = topEigenpairs(a, n, 8);
    const all = [...new EigenvalueDecomposition(Matrix.from1DArray(n, n, a), { assumeSymmetric: true }).realEigenvalues].sort(
      (x, y) => y - x,
    );
    expectClose(values, all.slice(0, 8), { rtol: 2e-3, atol: 0 }, "values");
    for (const [k, v] of vectors.entries()) {
      expectClose([dot(v, v)], [1], { rtol: 1e-6, atol: 0 }, "length");
      const residual = times(a, v).map((value, i) => value - values[k]! * v[i]!);
      expect(Math.sqrt(dot(residual, residual))).toBeLessThan(0.05 * all[0]!);
    }
  });

  it.each([90])("of a flat spectrum hold as much as the best eight directions do, to 5 %%, n = %d", (n) => {
    const a = gram(n, () => 1);
    const { values, vectors } = topEigenpairs(a, n, 8);
    const all = [...new EigenvalueDecomposition(Matrix.from1DArray(n, n, a), { assumeSymmetric: true }).realEigenvalues].sort(
      (x, y) => y - x,
    );
    const held = vectors.reduce((sum, v) => sum + dot(times(a, v), v), 0);
    const best = all.slice(0, 8).reduce((sum, value) => sum + value, 0);
    expect(held).toBeGreaterThan(0.95 * best);
    expectClose([values.reduce((sum, value) => sum + value, 0)], [held], { rtol: 1e-5, atol: 0 }, "values");
  });

  it.each([60])("of a matrix of rank one is one pair; of zeros there is none, n = %d", (n) => {
    const x = createRng("one").normals(n);
    const one = Float32Array.from({ length: n * n }, (_, i) => x[Math.floor(i / n)]! * x[i % n]!);
    const { values, vectors } = topEigenpairs(one, n, 8);
    expectClose([values[0]!], [x.reduce((sum, value) => sum + value * value, 0)], { rtol: 1e-4, atol: 0 });
    expect(values.slice(1).every((value) => value < 1e-5 * values[0]!)).toBe(true);
    expect(vectors.flatMap((v) => [...v]).every(Number.isFinite)).toBe(true);
    expect(topEigenpairs(new Float32Array(n * n), n, 8)).toEqual({ values: [], vectors: [] });
  });
});

/** The `count` largest pairs, lifted from a space of 24 dimensions; another matrix beside it must not matter. */
function topEigenpairs(a: Float32Array, n: number, count: number) {
  return tf.tidy(() => {
    const { basis, ritz } = krylov(
      tf.stack([tf.eye(n), tf.tensor2d(a, [n, n])]) as tf.Tensor3D,
      tf.tensor2d(krylovStart(n).data, [n, 1]),
      24,
    );
    const { values, vectors } = largestPairs(Float32Array.from(tf.unstack(ritz)[1]!.dataSync()), 24, count);
    const rows = tf.unstack(basis)[1]!.arraySync() as number[][];
    return { values, vectors: vectors.map((v) => rows.map((row) => dot(row, v))) };
  });
}

/** X X^T of random rows, whose columns are weighted by the spectrum. */
function gram(n: number, weight: (k: number) => number): Float32Array {
  const rng = createRng(`gram/${n}`);
  const rows = Array.from({ length: n }, () => rng.normals(150).map((value, k) => value * weight(k)));
  return Float32Array.from({ length: n * n }, (_, i) => dot(rows[Math.floor(i / n)]!, rows[i % n]!));
}

function times(a: Float32Array, x: ArrayLike<number>): number[] {
  return Array.from({ length: x.length }, (_, row) => dot(a.subarray(row * x.length, (row + 1) * x.length), x));
}

function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return Array.from(x).reduce((sum, value, i) => sum + value * y[i]!, 0);
}
