import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { configs } from "../testing/tiny-set.js";
import { detectRate } from "./schedules.js";

const detect = { ...configs.recommended.detect, learningRate: 0.3, steps: 20 };
const exact = { rtol: 1e-12, atol: 1e-15 };

describe("detectRate", () => {
  it("cosine: a line up to the base, then half a cosine towards 0", () => {
    const rate = detectRate({ ...detect, schedule: "cosine", warmup: 5 });
    const expected = steps(20).map((step) => (step < 5 ? (0.3 * (step + 1)) / 5 : 0.15 * (1 + Math.cos((Math.PI * (step - 5)) / 15))));
    expectClose(steps(20).map(rate), expected, exact, "rate");
    expect(rate(20)).toBeLessThan(1e-12);
  });

  it("step: a tenth from 80 % of the steps on", () => {
    const rate = detectRate({ ...detect, schedule: "step", warmup: 0 });
    const expected = steps(20).map((step) => (step < 16 ? 0.3 : 0.03));
    expectClose(steps(20).map(rate), expected, exact, "rate");
  });

  it("step, with a warm-up", () => {
    const rate = detectRate({ ...detect, schedule: "step", warmup: 4 });
    expectClose([0, 1, 2, 3, 4, 15, 16].map(rate), [0.075, 0.15, 0.225, 0.3, 0.3, 0.3, 0.03], exact, "rate");
  });

  it("one step, longer warm-up than steps: still a rate above 0", () => {
    for (const schedule of ["cosine", "step"] as const) {
      expect(detectRate({ ...detect, schedule, warmup: 50, steps: 1 })(0)).toBeGreaterThan(0);
    }
  });
});

function steps(count: number): number[] {
  return Array.from({ length: count }, (_, step) => step);
}
