import { expect, it } from "vitest";
import { foldRemarks, percent, plural, seconds, short } from "./format.js";

it.each([
  [percent(0.91374), "91.4"],
  [percent(1), "100.0"],
  [percent(null), "–"],
  [percent(Number.NaN), "–"],
  [short(0), "0"],
  [short(12_345.6), "12,346"],
  [short(0.123456), "0.123"],
  [short(-2), "-2"],
  [short(0.000123), "1.2e-4"],
  [seconds(0.04), "0.0 s"],
  [seconds(9.96), "10 s"],
  [seconds(59.7), "1 min 00 s"],
  [seconds(3599.6), "1 h 00 min"],
  [plural(1, "class", "classes"), "1 class"],
  [plural(1200, "image"), "1,200 images"],
])("%j is %j", (actual, expected) => {
  expect(actual).toBe(expected);
});

it("folds a remark that many classes share into one line", () => {
  const many = Array.from({ length: 300 }, (_, i) => `part${i}: only 1 training image.`);
  expect(foldRemarks([...many, "bolt: only 2 training images.", "The disk is slow."])).toEqual([
    "part0, part1, part2 and 297 more: only 1 training image.",
    "bolt: only 2 training images.",
    "The disk is slow.",
  ]);
  expect(foldRemarks(many.slice(0, 5))).toEqual(many.slice(0, 5));
});
