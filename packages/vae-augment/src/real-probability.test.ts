import { expectClose } from "@ltad/core/testing";
import { expect, it } from "vitest";
import { realProbability } from "./real-probability.js";
import { klWeight } from "./loss.js";

it("the largest class is always real, small ones half of the time", () => {
  expectClose(realProbability([100, 64, 25, 4, 1]), [1, 0.8, 0.5, 0.5, 0.5], { rtol: 1e-12, atol: 0 }, "p");
  expectClose(realProbability([100, 4], { pMin: 0.1 }), [1, 0.2], { rtol: 1e-12, atol: 0 }, "p_min 0.1");
});

it("gamma 0, or classes of one size: nothing is mixed", () => {
  expect(realProbability([50, 2], { gamma: 0 })).toEqual([1, 1]);
  expect(realProbability([7, 7])).toEqual([1, 1]);
  expect(realProbability([])).toEqual([]);
});

it.each([
  [[3, 0], {}, "LTAD_DATA"],
  [[3, Number.NaN], {}, "LTAD_DATA"],
  [[3, 1], { pMin: 1.5 }, "LTAD_CONFIG"],
  [[3, 1], { gamma: -1 }, "LTAD_CONFIG"],
])("counts %j with %j are refused", (counts, options, code) => {
  expect(() => realProbability(counts, options)).toThrow(expect.objectContaining({ code }));
});

it("beta warms up linearly and stays", () => {
  expectClose(
    [0, 5, 10, 99].map((step) => klWeight(step, { beta: 0.2, warmup: 10 })),
    [0, 0.1, 0.2, 0.2],
    { rtol: 1e-12, atol: 0 },
    "beta",
  );
  expect(klWeight(0)).toBe(1e-3);
});
