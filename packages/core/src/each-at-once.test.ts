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

it("takes items as they come, no more at a time than are worked on, and closes their source after a failure", async () => {
  let taken = 0;
  let closed = false;
  async function* source() {
    try {
      while (taken < 100) yield taken++;
    } finally {
      closed = true;
    }
  }
  const ahead: number[] = [];
  let ended = 0;
  const work = async (n: number) => {
    ahead.push(taken - ended);
    await wait(1);
    ended++;
    if (n === 20) throw new Error("twenty");
  };
  await expect(eachAtOnce(source(), work, { atOnce: 3 })).rejects.toThrow("twenty");
  expect(Math.max(...ahead)).toBe(3);
  expect(taken).toBeLessThan(25);
  expect(closed).toBe(true);
});

it("stops before the next item when it is told to", async () => {
  const stop = new AbortController();
  const begun: number[] = [];
  const work = async (n: number) => {
    begun.push(n);
    if (n === 2) stop.abort();
  };
  await expect(eachAtOnce([1, 2, 3, 4], work, { atOnce: 1, signal: stop.signal })).rejects.toMatchObject({ code: "LTAD_ABORTED" });
  expect(begun).toEqual([1, 2]);
});
