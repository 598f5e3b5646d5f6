import { expect, it } from "vitest";
import { rangeFor } from "./ranges.js";

const classes = (...ranges: (number | undefined)[]) => ({
  classes: ranges.map((range, order) => ({ name: `c${order}`, trainImages: 1, order, ...(range !== undefined && { range }) })),
});

it("is the range of the class where it is known, else all ranges", () => {
  const mixed = classes(4095, undefined, 1023);
  expect([0, 1, 2].map((index) => rangeFor(mixed, index))).toEqual([4095, undefined, 1023]);
  expect(rangeFor(mixed, -1)).toEqual([1023, 4095, 65535]);
  expect(rangeFor(classes(4095, 4095), -1)).toBe(4095);
});

it("is none in bundles that have no range: they give what they gave", () => {
  expect(rangeFor(classes(undefined, undefined), -1)).toBeUndefined();
  expect(rangeFor(classes(undefined, undefined), 1)).toBeUndefined();
});
