import { describe, expect, it } from "vitest";
import { fitDisplayRange } from "./fit-display-range.js";

describe("fitDisplayRange", () => {
  it("from the 99th percentile to six times as far above the median as the 99.9th lies", () => {
    const maps = Array.from({ length: 100 }, (_, image) => ({ map: Float32Array.from({ length: 16 }, (__, n) => image * 16 + n) }));
    const { low, high } = fitDisplayRange(maps.reverse()); // values 0 to 1599
    expect(low).toBe(1584); // 99 % of 1600 lie below
    expect(high).toBe(800 + 6 * (1598 - 800));
  });

  it("a map that is the same everywhere still has a range", () => {
    const { low, high } = fitDisplayRange([{ map: new Float32Array(16).fill(0.25) }]);
    expect([low, high]).toEqual([0.25, 0.251]);
  });
});
