import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { eachAtOnce } from "./each-at-once.js";

it("keeps the order of the items, whatever ends first", async () => {
  expect(await eachAtOnce([30, 1, 15], async (ms, i) => wait(ms, `${i}:${ms}`), { atOnce: 2 })).toEqual(["0:30", "1:1", "2:15"]);
  expect(await eachAtOnce([], async () => 1)).toEqual([]);
});

it("fails only when everything that ran has ended, and starts nothing more", async () => {
  const ended: number[] = [];
  const work = async (n: number) => {
    await wait(n === 0 ? 1 : 30);
    if (n === 0) throw new Error("zero");
    ended.push(n);
  };
  await expect(eachAtOnce([0, 1, 2, 3, 4, 5], work, { atOnce: 3 })).rejects.toThrow("zero");
  expect(ended).toEqual([1, 2]);
});
