import { describe, expect, it } from "vitest";
import { foldsOf } from "./folds.js";
import type { TrainingSet } from "./training-set.js";

const setOf = (labels: number[], origins?: number[]): TrainingSet => ({
  classes: ["a", "b"],
  labels,
  counts: [0, 1].map((label) => labels.filter((own) => own === label).length),
  store: { read: () => Promise.reject(new Error("no image is read")) },
  ...(origins && { origins }),
});

describe("foldsOf", () => {
  it("deals the images of a class round, and keeps a copy with its image", () => {
    const set = setOf([0, 1, 0, 0, 0, 0, 0, 0, 0], [0, 1, 2, 3, 4, 5, 6, 2, 6]);
    const { folds, members } = foldsOf(set, 0);
    expect(folds).toBe(5);
    expect(members.map(({ index, fold }) => `${index}:${fold}`)).toEqual(["0:0", "2:1", "3:2", "4:3", "5:4", "6:0", "7:1", "8:0"]);
  });

  it("a class of fewer than five images has a fold for each, one of up to 32 images five, one of more three", () => {
    expect(foldsOf(setOf([0, 1, 1, 1]), 1).folds).toBe(3);
    expect(foldsOf(setOf([0, 1, 1, 1]), 0)).toEqual({ folds: 1, members: [{ index: 0, fold: 0 }] });
    const foldsFor = (images: number) => foldsOf(setOf(Array.from({ length: images }, () => 0)), 0).folds;
    expect([foldsFor(32), foldsFor(33)]).toEqual([5, 3]);
    expect(foldsOf(setOf(Array.from({ length: 32 }, () => 0)), 0, () => 3).folds).toBe(3);
  });
});
