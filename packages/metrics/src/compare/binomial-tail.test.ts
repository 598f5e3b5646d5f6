import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { binomialTail } from "./binomial-tail.js";

describe("binomialTail", () => {
  // Expected values: scipy 1.17.1, binom.sf(successes - 1, trials, rate).
  it.each([
    [1, 1, 0.01, 0.01],
    [2, 12, 0.01, 0.006174537772824743],
    [9, 60, 0.01, 9.332430681581267e-9],
    [17, 168, 0.01, 1.9708826208042807e-12],
  ])("%i of %i at %d", (successes, trials, rate, expected) => {
    expectClose([binomialTail(successes, trials, rate)], [expected], { rtol: 1e-9, atol: 0 });
  });

  it("is 1 for none, and stays a number for many trials", () => {
    expect(binomialTail(0, 10, 0.3)).toBe(1);
    expect(binomialTail(0, 0, 0.3)).toBe(1);
    expect(binomialTail(3, 2, 0.3)).toBe(0);
    expectClose([binomialTail(50_000, 100_000, 0.5)], [0.5012615631070978], { rtol: 1e-8, atol: 0 });
  });

  it.each([
    [1.5, 3, 0.1],
    [-1, 3, 0.1],
    [1, 3, 1.2],
    [1, 3, Number.NaN],
  ])("refuses %d of %d at %d", (...args) => {
    expect(() => binomialTail(...args)).toThrow(expect.objectContaining({ name: "LtadError" }));
  });
});
