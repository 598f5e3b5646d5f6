import { expect, it } from "vitest";
import { auroc } from "../image/auroc.js";
import { rank } from "../ranking/rank.js";
import { type Measure, measure } from "../ranking/measure.js";
import { summarise, worstClass } from "./summarise.js";

const classes = (values: Record<string, number | null>) =>
  new Map(
    Object.entries(values).map(([name, value]): [string, Measure] => [name, value === null ? { value, reason: "no defect" } : { value }]),
  );

it("takes the first half of the order, rounded up, as High", () => {
  expect(summarise(classes({ a: 0.5, b: 0.75, c: 1 }), ["c", "b", "a"])).toEqual({
    avg: { value: 0.75 },
    high: { value: 0.875 },
    low: { value: 0.5 },
  });
});

it("leaves a class without a value out and says so", () => {
  expect(summarise(classes({ a: 0.5, b: null, c: 1, d: null }), ["a", "b", "c", "d"])).toEqual({
    avg: { value: 0.75, reason: "without b, d" },
    high: { value: 0.5, reason: "without b" },
    low: { value: 1, reason: "without d" },
  });
  expect(summarise(classes({ a: null }), ["a"])).toEqual({
    avg: { value: null, reason: "undefined for a" },
    high: { value: null, reason: "undefined for a" },
    low: { value: null, reason: "no class in this half" },
  });
});

it("wants every class once in the order", () => {
  for (const order of [["a"], ["a", "a"], ["a", "x"], ["a", "b", "b"]]) {
    expect(() => summarise(classes({ a: 1, b: 1 }), order)).toThrow(expect.objectContaining({ code: "LTAD_CONFIG" }));
  }
});

it("measures: a number, or null with the reason; other errors go on", () => {
  expect(measure(() => auroc(rank([1, 2], [0, 1])))).toEqual({ value: 1 });
  expect(measure(() => auroc(rank([1, 2], [1, 1])))).toEqual({
    value: null,
    reason: "auroc: all 2 images are anomalous; it needs both good and anomalous ones.",
  });
  expect(() => measure(() => auroc(rank([Number.NaN, 2], [0, 1])))).toThrow(/NaN/);
});

it("names the worst class, the first of equals", () => {
  expect(worstClass(classes({ a: 0.9, b: 0.5, c: null, d: 0.5 }))).toEqual({ class: "b", value: 0.5 });
  expect(worstClass(classes({ a: 0.1, b: 0.4 }), true)).toEqual({ class: "b", value: 0.4 });
  expect(worstClass(classes({ a: null }))).toBeNull();
});
