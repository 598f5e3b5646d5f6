import { expect, it } from "vitest";
import { cutShards } from "./cut-shards.js";

const itemsOf = (counts: readonly number[]) =>
  counts.flatMap((count, label) => Array.from({ length: count }, (_, i) => ({ id: `${label}/${i}`, file: `${label}/${i}.png`, label })));

it("cuts in order, at the size or at 16 classes, and loses nothing", () => {
  const items = itemsOf([10, 3, ...Array.from({ length: 40 }, () => 1)]);
  const shards = cutShards(items, 8);
  expect(shards.flat()).toEqual(items);
  expect(Math.max(...shards.map((own) => own.length))).toBe(8);
  const wide = cutShards(items, 1000);
  expect(wide.map((own) => new Set(own.map(({ label }) => label)).size)).toEqual([16, 16, 10]);
});

it("cuts nothing into no shard", () => {
  expect(cutShards([], 8)).toEqual([]);
});
