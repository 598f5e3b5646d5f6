import { expect, it } from "vitest";
import { histogram } from "./histogram.js";
import { lineChart } from "./line-chart.js";

/** Heights (0 top) of the points of the first line. */
function drawn(points: readonly (readonly [number, number])[]): number[] {
  const d = /class="line s0" d="([^"]*)"/.exec(lineChart("loss", [{ name: "loss", points }])?.markup ?? "")?.[1] ?? "";
  return d
    .split(/[ML]/)
    .filter(Boolean)
    .map((pair) => Number(pair.split(",")[1]));
}

it("draws small values low and large values high", () => {
  const [first = 0, middle = 0, last = 0] = drawn([
    [0, 1],
    [1, 3],
    [2, 2],
  ]);
  expect(middle).toBeLessThan(last);
  expect(last).toBeLessThan(first);
});

it("gives each factor of ten the same room when values span many", () => {
  const [a = 0, b = 0, c = 0] = drawn([
    [0, 1],
    [1, 10],
    [2, 100],
  ]);
  expect(a - b).toBeCloseTo(b - c, 0);
});

it("thins long series to means without moving their ends far", () => {
  const points = drawn(Array.from({ length: 10_000 }, (_, i) => [i, i] as const));
  expect(points.length).toBeLessThanOrEqual(240);
  expect(points.length).toBeGreaterThan(200);
});

it.each([
  [[]],
  [[[0, 1]]],
  [
    [
      [0, Number.NaN],
      [1, 1],
    ],
  ],
] as const)("is nothing without two points: %j", (points) => {
  expect(lineChart("loss", [{ name: "loss", points }])).toBeNull();
});

it.each([
  [
    [
      [0, 2],
      [1, 2],
    ],
  ],
  [
    [
      [0, 0],
      [1, 0],
    ],
  ],
  [
    [
      [0, -5],
      [1, 1e6],
    ],
  ],
] as const)("draws odd values: %j", (points) => {
  expect(lineChart("loss", [{ name: "loss", points }])?.markup).not.toMatch(/NaN|Infinity|undefined/);
});

it("counts every score in the histogram", () => {
  expect(histogram([], [])).toBeNull();
  expect(histogram([Number.NaN], [Number.POSITIVE_INFINITY])).toBeNull();
  expect(histogram([1], [1])?.markup.match(/<rect/g)).toHaveLength(2);
  const bars = histogram([0, 0, 10], [10])?.markup ?? "";
  expect(bars.match(/<rect class="good"/g)).toHaveLength(2);
  expect(bars.match(/<rect class="defect"/g)).toHaveLength(1);
});

it("gives small scores room where a few are far larger", () => {
  const places = (good: readonly number[]) =>
    [...(histogram(good, [1000])?.markup ?? "").matchAll(/class="good" x="([\d.]+)"/g)].map(([, x]) => Number(x));
  expect(places([1, 10])).toEqual([0.08, 12.08]);
  expect(places([-1, 10])).toEqual([0.08]);
});
