import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { mannWhitney } from "./mann-whitney.js";

// Expected values: scipy 1.17.1, mannwhitneyu(a, b, alternative="two-sided", method="auto").
const cases = [
  {
    name: "few numbers without ties",
    a: [2.040919, -2.555665, 0.418099, -0.56777, -0.452649],
    b: [0.784403, -1.019986, 0.768068, 0.134787, 4.323, 1.225787, 0.647369],
    u: 10,
    p: 0.26767676767676774,
  },
  { name: "ties", a: [1, 2, 2, 3, 3, 3], b: [2, 3, 4, 4, 5, 5, 5], u: 5.5, p: 0.02773088616647723 },
  {
    name: "many numbers",
    a: [-0.782809, 0.229154, -2.493894, 0.690125, 0.491368, -1.638857, 0.061354, -0.9641, 0.757221, -2.034167, -0.914495, 0.70958],
    b: [
      1.956401, -1.358005, 0.30196, 1.12802, 0.190784, 2.39064, -0.391227, 1.154532, -0.248406, 2.205963, 0.778349, 0.427749, -0.918185,
      2.481826, 1.552779,
    ],
    u: 42,
    p: 0.02046222276471748,
  },
  {
    name: "many numbers, apart",
    a: Array.from({ length: 10 }, (_, i) => 1 + i),
    b: Array.from({ length: 10 }, (_, i) => 11 + i),
    u: 0,
    p: 0.00018267179110955002,
  },
];

describe("mannWhitney", () => {
  it.each(cases)("equals scipy's: $name", ({ a, b, u, p }) => {
    const { larger, pValue } = mannWhitney(a, b);
    expectClose([larger, pValue], [u / (a.length * b.length), p], { rtol: 1e-10, atol: 0 });
    const turned = mannWhitney(b, a);
    expectClose([turned.larger, turned.pValue], [1 - larger, pValue], { rtol: 1e-12, atol: 0 });
  });

  it("is its definition: the share of all orders that put the lists at least as far apart", () => {
    const [n, m] = [3, 5];
    const far = (ranks: readonly number[]) => Math.abs(ranks.reduce((sum, rank) => sum + rank, 0) - (n * (n + m + 1)) / 2);
    const orders: number[][] = [];
    for (let i = 1; i <= n + m; i++) for (let j = i + 1; j <= n + m; j++) for (let k = j + 1; k <= n + m; k++) orders.push([i, j, k]);
    for (const a of orders) {
      const b = Array.from({ length: n + m }, (_, i) => i + 1).filter((rank) => !a.includes(rank));
      const share = orders.filter((other) => far(other) >= far(a)).length / orders.length;
      expectClose([mannWhitney(a, b).pValue], [share], { rtol: 1e-12, atol: 0 }, a.join());
    }
  });

  it("finds few differences where there are none, and the difference where there is one", () => {
    const rng = createRng("mann-whitney");
    const found = (shift: number, count: number) =>
      Array.from(
        { length: 1000 },
        () =>
          mannWhitney(
            [...rng.normals(count)],
            [...rng.normals(30)].map((x) => x + shift),
          ).pValue,
      );
    for (const count of [5, 25]) {
      const below = found(0, count).filter((p) => p < 0.05).length / 1000;
      expect(below).toBeGreaterThan(0.025);
      expect(below).toBeLessThan(0.07);
    }
    expect(found(2, 25).filter((p) => p < 0.001).length).toBeGreaterThan(950);
  });

  it("knows degenerate lists", () => {
    expect(mannWhitney([], [1])).toEqual({ larger: 0.5, pValue: 1 });
    expect(mannWhitney([2, 2], [2, 2, 2])).toEqual({ larger: 0.5, pValue: 1 });
    expect(
      mannWhitney(
        [1],
        Array.from({ length: 9999 }, (_, i) => 2 + i),
      ).pValue,
    ).toBeCloseTo(2 / 10_000, 12);
    expect(() => mannWhitney([Number.NaN], [1])).toThrow(/finite/);
  });
});
