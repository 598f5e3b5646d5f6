import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { openInverseRoot } from "./inverse-root.js";

const size = 7;
const ridge = 0.01;

describe("openInverseRoot", () => {
  it("times itself times (A + ridge I) is the identity, and it is symmetric", async () => {
    const a = covariance(size, 20);
    const root = await inverseRoot(a, size, ridge);
    const regular = a.map((value, i) => value + (i % (size + 1) === 0 ? ridge : 0));
    expectClose(multiply(multiply(root, root), regular), identity(size), { rtol: 0, atol: 1e-4 });
    expectClose(transpose(root), root, { rtol: 0, atol: 1e-6 });
  });

  it("of a singular matrix is finite: the ridge bounds it by 1 / sqrt(ridge)", async () => {
    const root = await inverseRoot(covariance(size, 2), size, ridge);
    expect(Math.max(...root.map((value) => Math.abs(value)))).toBeLessThanOrEqual(1 / Math.sqrt(ridge) + 1e-3);
  });

  it("of zero is 1 / sqrt(ridge) times the identity", async () => {
    expectClose(
      await inverseRoot(new Float64Array(9), 3, 0.25),
      identity(3).map((x) => 2 * x),
      { rtol: 0, atol: 1e-5 },
    );
  });
});

describe("openInverseRoot of many channels", () => {
  it.each([2000, 60])("is the root by eigenvalues, for the covariance of %d correlated rows", async (rows) => {
    const many = 120;
    const a = correlation(covariance(many, rows, 0.9), many);
    const { eigenvectorMatrix: v, realEigenvalues } = new EigenvalueDecomposition(Matrix.from1DArray(many, many, a), {
      assumeSymmetric: true,
    });
    const exact = v
      .clone()
      .mulRowVector(realEigenvalues.map((value) => 1 / Math.sqrt(Math.max(0, value) + ridge)))
      .mmul(v.transpose());
    const difference = Matrix.sub(Matrix.from1DArray(many, many, await inverseRoot(a, many, ridge)), exact);
    expect(difference.norm() / exact.norm()).toBeLessThan(1e-3);
  });
});

async function inverseRoot(a: Float64Array, many: number, share: number): Promise<Float32Array> {
  const program = await openInverseRoot(many, share);
  const root = await program.of(a);
  await program.dispose();
  return root;
}

/** The covariance in units of the deviations. */
function correlation(a: Float64Array, n: number): Float64Array {
  return a.map((value, i) => value / Math.sqrt(a[Math.floor(i / n) * (n + 1)]! * a[(i % n) * (n + 1)]!));
}

/** X^T X / n of random data: rank min(size, n). */
function covariance(size: number, n: number, common = 0): Float64Array {
  const rng = createRng(3);
  const x = Array.from({ length: n }, () => {
    const shared = 3 * common * rng.normals(1)[0]!;
    return rng.normals(size).map((value) => value + shared);
  });
  return Float64Array.from(
    { length: size * size },
    (_, i) => x.reduce((sum, row) => sum + row[Math.floor(i / size)]! * row[i % size]!, 0) / n,
  );
}

function multiply(a: ArrayLike<number>, b: ArrayLike<number>): number[] {
  return Array.from({ length: size * size }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += a[Math.floor(i / size) * size + k]! * b[k * size + (i % size)]!;
    return sum;
  });
}

function transpose(a: ArrayLike<number>): number[] {
  return Array.from({ length: a.length }, (_, i) => a[(i % size) * size + Math.floor(i / size)]!);
}

function identity(n: number): number[] {
  return Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
}
