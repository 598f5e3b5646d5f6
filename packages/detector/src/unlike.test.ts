import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { decide } from "./decide.js";
import { reachOf } from "./unlike.js";

const entry = (distances?: readonly number[], nearestOther?: number) => ({
  good: [1, 2],
  limit: null,
  ...(distances && { distances }),
  ...(nearestOther !== undefined && { nearestOther }),
});
const decision = { falseAlarmRate: 0.01, classes: [entry([0.2, 0.3], 2.4), entry([0.5, 1], 1.2), entry([], 2.4)] };

describe("reachOf", () => {
  it("lies between the good images of the class and the nearest other class", () => {
    expectClose([reachOf(decision, 0)!], [Math.cbrt(0.3 * 2.4 ** 2)], { rtol: 1e-12, atol: 0 });
    expect(reachOf(decision, 0)).toBeGreaterThan(0.3);
    expect(reachOf(decision, 0)).toBeLessThan(2.4);
  });

  it("never cuts off good images, also where classes are alike", () => {
    expect(reachOf(decision, 1)).toBe(2);
  });

  it("takes a class of one image to reach as far as a typical one", () => {
    expect(reachOf(decision, 2)).toBe(reachOf(decision, 0));
  });

  it("does with one class alone, and says nothing for models that know no distances", () => {
    expect(reachOf({ falseAlarmRate: 0.01, classes: [entry([0.5, 1])] }, 0)).toBe(4);
    expect(reachOf({ falseAlarmRate: 0.01, classes: [entry(), entry()] }, 0)).toBeUndefined();
  });
});

describe("decide", () => {
  it("calls an image that is unlike its class not good, whatever its score", () => {
    expect(decide({ decision }, 0, 0.5, undefined, 0.3)).toMatchObject({ isAnomalous: false, isUnlike: false });
    expect(decide({ decision }, 0, 0.5, undefined, 3)).toMatchObject({ isAnomalous: true, isUnlike: true });
    expect(decide({ decision }, 0, 0.5, undefined, Number.NaN)).toMatchObject({ isAnomalous: true, isUnlike: true });
  });

  it("judges by the score alone where no distance is known", () => {
    expect(decide({ decision }, 0, 0.5)).toMatchObject({ isAnomalous: false, isUnlike: false });
    const old = { falseAlarmRate: 0.01, classes: [entry()] };
    expect(decide({ decision: old }, 0, 0.5, undefined, 3)).toMatchObject({ isAnomalous: false, isUnlike: false });
  });
});
