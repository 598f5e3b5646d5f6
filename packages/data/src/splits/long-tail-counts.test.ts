import { describe, expect, it } from "vitest";
import { type ClassCount, longTailCounts, orderClasses } from "./long-tail-counts.js";
import { parseProtocol } from "./protocol.js";

const counts = (available: readonly number[], protocol: string) => {
  const parsed = parseProtocol(protocol);
  if (parsed.kind === "file") throw new Error("a file");
  return longTailCounts(
    available.map((count, k) => ({ name: `c${k}`, count })),
    parsed,
  ).map(({ count }) => count);
};

describe("longTailCounts", () => {
  it("gives the counts of realbench-exp20", () => {
    expect(counts([200, 200, 200, 90, 60, 31], "exp20")).toEqual([200, 109, 60, 33, 18, 10]);
  });

  it("gives the customary counts for MVTec in alphabetical order", () => {
    const mvtec = [209, 224, 219, 280, 264, 391, 245, 220, 267, 320, 230, 60, 213, 247, 240];
    expect(counts(mvtec, "exp100")).toEqual([209, 150, 108, 77, 56, 40, 29, 20, 15, 10, 7, 5, 4, 2, 2]);
    expect(counts(mvtec, "exp200")).toEqual([209, 143, 98, 67, 45, 31, 21, 14, 10, 6, 4, 3, 2, 1, 1]);
    expect(counts(mvtec, "step100")).toEqual([...Array<number>(8).fill(209), ...Array<number>(7).fill(2)]);
    expect(counts(mvtec, "full")).toEqual(mvtec);
  });

  it("takes any factor", () => {
    expect(counts([100, 100, 100], "exp2.25")).toEqual([100, 66, 44]);
    expect(counts([100, 100], "step1.5")).toEqual([100, 66]);
    expect(counts([1000, 1000, 1000, 1000], "pareto50").at(-1)).toBe(20);
    expect(counts([1000, 1000, 1000], "pareto1")).toEqual([1000, 1000, 1000]);
    expect(counts([7], "pareto20")).toEqual([7]);
  });

  it("gives the counts of TailedCore's Pareto law", () => {
    // get_discrete_pareto_pmf(6, K) with scipy.stats.pareto and redistribute_num_class_samples of jungyg/TailedCore, for classes of 391 images
    expect(counts(Array<number>(15).fill(391), "pareto")).toEqual([391, 237, 149, 96, 63, 43, 30, 21, 15, 11, 8, 6, 5, 5, 5]);
    expect(counts(Array<number>(12).fill(904), "pareto")).toEqual([904, 488, 277, 164, 101, 64, 42, 28, 19, 13, 9, 7]);
  });

  it("takes at least one and at most what exists", () => {
    expect(counts([100, 3, 100, 100], "exp1")).toEqual([100, 3, 100, 100]);
    expect(counts([9, 9, 9], "step1000")).toEqual([9, 9, 1]);
    expect(counts([7], "exp20")).toEqual([7]);
  });

  it.each([49, 93, 98, 103, 107])("reaches exactly one at a factor of n_max = %i, in spite of floating point", (n) => {
    expect(counts([n, n], `exp${n}`)).toEqual([n, 1]);
  });

  it("refuses a factor of zero", () => {
    expect(() => parseProtocol("exp0")).toThrow(/Expected full, exp20/);
  });
});

describe("orderClasses", () => {
  const available: ClassCount[] = [
    { name: "b", count: 5 },
    { name: "a", count: 5 },
    { name: "c", count: 9 },
  ];
  const names = (order: Parameters<typeof orderClasses>[1]) => orderClasses(available, order).map(({ name }) => name);

  it("goes by size, ties by name, or as told", () => {
    expect(names("size")).toEqual(["c", "a", "b"]);
    expect(names(["b", "c", "a"])).toEqual(["b", "c", "a"]);
  });

  it("compares names in NFC", () => {
    expect(orderClasses([{ name: "\u00e9", count: 1 }], ["e\u0301"])).toEqual([{ name: "\u00e9", count: 1 }]);
  });

  it("wants every class once", () => {
    expect(() => names(["a", "b", "d"])).toThrowErrorMatchingInlineSnapshot(
      `[LtadError: order: there is no class d. Name each class once: b, a, c; or use "size".]`,
    );
    expect(() => names(["a", "b"])).toThrow(/c missing/);
    expect(() => names(["a", "b", "a", "c"])).toThrow(/a is listed twice/);
  });
});
