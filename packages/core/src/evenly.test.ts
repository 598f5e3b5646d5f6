import { expect, it } from "vitest";
import { evenly } from "./evenly.js";

it("takes items at equal distances, all where there are no more", () => {
  const items = Array.from({ length: 10 }, (_, i) => i);
  expect(evenly(items, 4)).toEqual([0, 2, 5, 7]);
  expect(evenly(items, 10)).toEqual(items);
  expect(evenly(items, 99)).toEqual(items);
  expect(evenly([], 3)).toEqual([]);
});
