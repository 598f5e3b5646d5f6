import { describe, expect, it } from "vitest";
import { expectClose, largest } from "./expect-close.js";

const tight = { rtol: 1e-6, atol: 0 };

describe("expectClose", () => {
  it("accepts numpy's rule: |actual - expected| <= atol + rtol |expected|", () => {
    expectClose([1.1], [1], { rtol: 0.1 + 1e-12, atol: 0 });
    expectClose([0.1], [0], { rtol: 0, atol: 0.1 });
    expectClose([100.5, -3], [100, -3], { rtol: 0.004, atol: 0.1 });
    expectClose([Infinity, -Infinity, 0], [Infinity, -Infinity, -0], tight);
    expectClose([], [], tight);
  });

  it.each<[string, number[], number[]]>([
    ["just outside", [1.11], [1]],
    ["relative to the expected one, not the actual one", [100], [110.2]],
    ["NaN against a number", [Number.NaN], [1]],
    ["NaN against NaN", [Number.NaN], [Number.NaN]],
    ["a number against NaN", [1], [Number.NaN]],
    ["infinity against a number", [Infinity], [1e300]],
    ["a number against infinity", [1e300], [Infinity]],
    ["the other infinity", [Infinity], [-Infinity]],
    ["a shorter array", [1], [1, 2]],
    ["a longer array", [1, 2], [1]],
  ])("refuses %s", (_, actual, expected) => {
    expect(() => expectClose(actual, expected, { rtol: 0.09, atol: 0 })).toThrow("array");
  });

  it("names the worst place and by how much", () => {
    expect(() => expectClose([1, 2.5, 3.1], [1, 2, 3], { rtol: 0, atol: 0.1 }, "loss")).toThrow(
      /^loss\[1\]: 2\.5, expected 2: 5\.00 times/,
    );
  });

  it("reports a NaN among large misses", () => {
    expect(() => expectClose([9, Number.NaN], [1, 2], tight)).toThrow("[1]: NaN");
    expect(() => expectClose([Number.NaN, 9], [1, 2], tight)).toThrow("[0]: NaN");
  });
});

describe("largest", () => {
  it("is the largest absolute value, 0 of nothing", () => {
    expect(largest([1, -7, 3])).toBe(7);
    expect(largest(new Float32Array(0))).toBe(0);
  });
});
