import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { inverseRoot } from "./symmetric-root.js";

const size = 7;
const ridge = 0.01;

describe("inverseRoot", () => {
  it("times itself times (A + ridge I) is the identity, and it is symmetric", () => {
    const a = covariance(size, 20);
    const root = inverseRoot(a, size, ridge);
    const regular = a.map((value, i) => value + (i % (size + 1) === 0 ? ridge : 0));
    expectClose(multiply(multiply(root, root), regular), identity(size), { rtol: 0, atol: 1e-4 });
    expectClose(transpose(root), root, { rtol: 0, atol: 1e-6 });
  });

  it("of a singular matrix is finite: the ridge bounds it by 1 / sqrt(ridge)", () => {
    const root = inverseRoot(covariance(size, 2), size, ridge);
    expect(Math.max(...root.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(ridge) + 1e-6);
  });

  it("of zero is 1 / sqrt(ridge) times the identity", () => {
    expectClose(
      inverseRoot(new Float64Array(9), 3, 0.25),
      identity(3).map((x) => 2 * x),
      { rtol: 0, atol: 1e-7 },
    );
  });
});

/** X^T X / n of random data: rank min(size, n). */
function covariance(size: number, n: number): Float64Array {
  const rng = createRng(3);
  const x = Array.from({ length: n }, () => rng.normals(size));
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
