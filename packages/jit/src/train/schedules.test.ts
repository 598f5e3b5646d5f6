import { readFileSync } from "node:fs";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { cosineSchedule, linearSchedule, stepSchedule } from "./schedules.js";

const golden = JSON.parse(readFileSync(new URL("../__fixtures__/schedules.json", import.meta.url), "utf8")) as {
  values: Record<string, number[]>;
};
const listed = (name: string) => golden.values[name]!;
const exact = { rtol: 1e-12, atol: 1e-15 };

describe("cosineSchedule", () => {
  it("is that of torch with a floor and a warm-up that starts above zero", () => {
    const expected = listed("warmup_one_based_cosine_to_min");
    const rates = expected.map((_, s) => cosineSchedule(s, { base: 0.3, warmup: 5, total: 23, floor: 0.1 }));
    expectClose(rates, expected, exact, "rates");
  });

  it("without warm-up starts at base and stays at the floor beyond its end", () => {
    expect(cosineSchedule(0, { base: 2, warmup: 0, total: 10 })).toBe(2);
    expect(cosineSchedule(50, { base: 2, warmup: 0, total: 10, floor: 0.25 })).toBe(0.5);
  });
});

describe("linearSchedule", () => {
  it("falls as that of transformers after its warm-up", () => {
    const expected = listed("linear_warmup_hf").slice(5);
    const rates = expected.map((_, s) => linearSchedule(s + 5, { base: 0.3, warmup: 5, total: 23 }));
    expectClose(rates, expected, exact, "rates");
    expect(linearSchedule(0, { base: 0.3, warmup: 5, total: 23 })).toBeCloseTo(0.06, 12);
  });
});

describe("stepSchedule", () => {
  it("is torch's MultiStepLR", () => {
    const expected = listed("multistep_torch");
    const rates = expected.map((_, s) => stepSchedule(s, { base: 0.3, milestones: [3, 4, 11], factor: 0.5 }));
    expectClose(rates, expected, exact, "rates");
  });
});
