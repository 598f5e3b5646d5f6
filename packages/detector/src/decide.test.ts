import { createRng } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { decide, limitOf } from "./decide.js";

const rng = createRng("decide");
const scores = (count: number, shift = 0) => [...rng.normals(count)].map((x) => Math.exp(x / 2 + shift)).sort((a, b) => a - b);
const many = scores(199);
const few = scores(3);
const decision = {
  falseAlarmRate: 0.01,
  classes: [
    { good: many, limit: null },
    { good: few, limit: null },
    { good: many, limit: 7 },
  ],
};

describe("limitOf", () => {
  it("of enough good images is their k-th largest score, k = floor(alpha (n + 1))", () => {
    expect(limitOf(decision, 0)).toEqual({ limit: many[197], basis: "promised", falseAlarmRate: 0.01 });
    expect(limitOf(decision, 0, 0.1)).toEqual({ limit: many[179], basis: "promised", falseAlarmRate: 0.1 });
    expect(limitOf(decision, 0, 0.999).limit).toBe(many[0]);
  });

  it("keeps its promise on new images of the same kind, for each rate", () => {
    for (const rate of [0.02, 0.1, 0.3]) {
      let alarms = 0;
      for (let trial = 0; trial < 300; trial++) {
        const fresh = { falseAlarmRate: rate, classes: [{ good: scores(49), limit: null }] };
        alarms += scores(20).filter((score) => decide({ decision: fresh }, 0, score)!.isAnomalous).length / 20;
      }
      expect(alarms / 300).toBeLessThan(rate * 1.2);
      expect(alarms / 300).toBeGreaterThan(rate * 0.7);
    }
  });

  it("of few images is an estimate by all classes, and never below their own largest score", () => {
    const { limit, basis } = limitOf(decision, 1);
    expect(basis).toBe("estimated");
    expect(limit).toBeGreaterThanOrEqual(Math.max(few[2]!, many[195]!));
    const odd = {
      falseAlarmRate: 0.01,
      classes: [
        { good: many, limit: null },
        { good: [99], limit: null },
      ],
    };
    expect(limitOf(odd, 1).limit).toBe(99);
  });

  it("of no images at all takes the other classes'; one that was set is taken as it is", () => {
    const none = {
      falseAlarmRate: 0.01,
      classes: [
        { good: many, limit: null },
        { good: [], limit: null },
      ],
    };
    expect(limitOf(none, 1)).toEqual({ limit: many[197], basis: "estimated", falseAlarmRate: 0.01 });
    expect(limitOf(decision, 2)).toMatchObject({ limit: 7, basis: "set" });
  });
});

describe("the only image of a class, which its model has seen", () => {
  const only = { good: [1], limit: null };

  it("estimates nothing, neither for its class nor for others", () => {
    const alone = { falseAlarmRate: 0.01, classes: [only, only, only] };
    expect(limitOf(alone, 0)).toEqual({ limit: 1, basis: "estimated", falseAlarmRate: 1 });
    expect(decide({ decision: alone }, 0, 1e9)).toMatchObject({ isAnomalous: true, pValue: 0.5 });
    const mixed = { falseAlarmRate: 0.1, classes: [...Array.from({ length: 300 }, () => only), { good: few, limit: null }] };
    expect(limitOf(mixed, 0)).toEqual({ limit: Math.max(1, few[2]!), basis: "estimated", falseAlarmRate: 1 / 4 });
  });

  it("counts where it was chosen after the training", () => {
    const chosen = { good: [5], limit: null, recalibrated: true as const };
    expect(limitOf({ falseAlarmRate: 0.01, classes: [chosen] }, 0)).toEqual({ limit: 5, basis: "estimated", falseAlarmRate: 1 / 2 });
  });
});

describe("decide", () => {
  it("calls an image not good above the limit, and nothing else", () => {
    const { limit } = limitOf(decision, 0);
    expect(decide({ decision }, 0, limit)).toMatchObject({ isAnomalous: false });
    expect(decide({ decision }, 0, limit * 1.0001)).toMatchObject({ isAnomalous: true });
    expect(decide({ decision }, 0, Number.NaN)).toMatchObject({ isAnomalous: true }); // what cannot be told is not good
    expect(decide({ decision: undefined }, 0, 1)).toBeUndefined();
  });

  it("p-values count the good images that score as high, the image itself included", () => {
    expect(decide({ decision }, 0, many[199 - 5]!)!.pValue).toBe(6 / 200);
    expect(decide({ decision }, 0, 1e9)!.pValue).toBe(1 / 200);
    expect(decide({ decision }, 1, 1e9)!.pValue).toBe(1 / (199 + 199 + 3 + 1));
    expect(decide({ decision }, 1, few[2]!)!.pValue).toBe(2 / 4);
  });

  it("a promised verdict is the p-value's: not good where it is at most the rate", () => {
    for (const score of [...many, 0.01, 3.3, 1e3]) {
      const { isAnomalous, pValue } = decide({ decision }, 0, score, 0.05)!;
      expect(isAnomalous).toBe(pValue <= 0.05);
    }
  });
});
