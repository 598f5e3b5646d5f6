import { createRng } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { noisePool } from "./noise-pool.js";

const pool = noisePool(createRng("pool"), 1000);

describe("noisePool", () => {
  it("gives the given number of standard normals", () => {
    const numbers = pool.take(200_000, createRng(1));
    expect(numbers.length).toBe(200_000);
    const moment = (power: number) => numbers.reduce((sum, x) => sum + x ** power, 0) / numbers.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.012); // about five deviations each
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.016);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.11);
  });

  it("the same generator gives the same run, another one another", () => {
    const [first, same, other] = [1, 1, 2].map((seed) => pool.take(17, createRng(seed)));
    expect(same).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it("another seed is another pool", () => {
    expect(noisePool(createRng("other"), 1000).take(17, createRng(1))).not.toEqual(pool.take(17, createRng(1)));
  });

  it("the last place still gives a whole run, and two places of a pool for large steps do too", () => {
    const last = { ...createRng(1), integer: (n: number) => n - 1 };
    const large = noisePool(createRng("large"), 1_200_000);
    for (const taken of [pool.take(1000, last), large.take(1_200_000, last)]) expect(taken.every(Number.isFinite)).toBe(true);
    expect(large.take(1_200_000, last).length).toBe(1_200_000);
    expect(large.take(5, last)).not.toEqual(large.take(5, { ...last, integer: () => 0 }));
  });
});
