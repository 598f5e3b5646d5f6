import { createRng } from "@ltad/core";
import { expect, it } from "vitest";
import { falseAlarmCalibration } from "./false-alarm-calibration.js";

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

it("takes the k-th highest calibration score, k = floor(a (n + 1))", () => {
  const { rates, error } = falseAlarmCalibration(upTo(99), [50, 90, 90.5, 95.5, 99, 99.5, 100, 1, 2, 3], [0.1, 0.05, 0.01]);
  expect(rates.map(({ threshold }) => threshold)).toEqual([90, 95, 99]);
  expect(rates.map(({ observed }) => observed.value)).toEqual([0.5, 0.4, 0.2]);
  expect(error.value).toBeCloseTo((0.4 + 0.35 + 0.19) / 3, 14);
});

it("does not state a rate that so few images cannot carry", () => {
  const { rates, error } = falseAlarmCalibration(upTo(50), [1, 2], [0.1, 0.01]);
  expect(rates[1]).toMatchObject({
    threshold: null,
    observed: { value: null, reason: "a rate of 0.01 needs 99 calibration images, but there are only 50" },
  });
  expect(error.reason).toBe("over 1 of 2 rates");
  expect(falseAlarmCalibration([], [1], [0.1]).error).toEqual({ value: null, reason: "no rate could be stated" });
});

it("keeps what it states for exchangeable images, on average", () => {
  const rng = createRng(9);
  const mean = { 0.1: 0, 0.02: 0 };
  const runs = 400;
  for (let i = 0; i < runs; i++) {
    const { rates } = falseAlarmCalibration(rng.normals(120), rng.normals(60), [0.1, 0.02]);
    for (const { stated, observed } of rates) mean[stated as 0.1 | 0.02] += (observed.value ?? Number.NaN) / runs;
  }
  expect(Math.abs(mean[0.1] - 12 / 121)).toBeLessThan(0.01); // k / (n + 1)
  expect(Math.abs(mean[0.02] - 2 / 121)).toBeLessThan(0.005);
});

it("refuses scores that are not finite, rates out of range and an empty test", () => {
  expect(() => falseAlarmCalibration([1, Number.NaN], [1], [0.1])).toThrow("calibration image 1: its score is NaN");
  expect(() => falseAlarmCalibration([1], [1], [0])).toThrow(expect.objectContaining({ code: "LTAD_CONFIG" }));
  expect(() => falseAlarmCalibration([1], [], [0.1])).toThrow(expect.objectContaining({ code: "LTAD_UNDEFINED_METRIC" }));
});
