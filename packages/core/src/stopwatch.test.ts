import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { stopwatch } from "./stopwatch.js";

it.each(["s", "ms"] as const)("parts follow one another and add up to the whole (in %s)", async (unit) => {
  const clock = stopwatch<"first" | "second">(unit);
  await wait(20);
  clock.lap("first");
  await wait(40);
  clock.lap("second");
  const { first, second } = clock.parts;
  const ms = unit === "s" ? 1000 : 1;
  expect(Object.keys(clock.parts)).toEqual(["first", "second"]);
  expect(first * ms).toBeGreaterThan(15);
  expect(second * ms).toBeGreaterThan(35);
  expect(clock.total()).toBeGreaterThanOrEqual(Number((first + second - 0.002).toFixed(3)));
});
