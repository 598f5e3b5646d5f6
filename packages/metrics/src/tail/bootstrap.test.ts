import { createRng } from "@ltad/core";
import { expect, it } from "vitest";
import { auroc } from "../image/auroc.js";
import { imageScores } from "../image/image-scores.js";
import { delongTest } from "../compare/delong.js";
import { bootstrapClasses } from "./bootstrap.js";

const rng = createRng(6);
function drawnClass(good: number, defective: number, gain = 1.5) {
  const scores = imageScores();
  for (let i = 0; i < good + defective; i++) {
    const anomaly = i >= good;
    scores.add({ score: rng.normal() + (anomaly ? gain : 0), anomaly, name: `${i}.png` });
  }
  return scores;
}
const order = ["nut", "tile", "screw"];
const perClass = new Map([
  ["tile", drawnClass(40, 60)],
  ["nut", drawnClass(80, 50)],
  ["screw", drawnClass(20, 15)],
]);

it("holds the value itself, and is about as wide as DeLong's standard error says", () => {
  const { classes } = bootstrapClasses(perClass, order, auroc, { rng: createRng(1) });
  for (const [name, { images }] of perClass) {
    const found = classes.get(name);
    const labels = images.map(({ anomaly }) => anomaly);
    const test = delongTest({ a: images.map(() => 0), b: images.map(({ score }) => score), isAnomaly: labels }); // against chance
    expect(found?.low).toBeLessThan(test.aurocB);
    expect(found?.high).toBeGreaterThan(test.aurocB);
    const width = (found?.high ?? 0) - (found?.low ?? 0);
    expect(width / (2 * 1.96 * test.standardError)).toBeGreaterThan(0.8);
    expect(width / (2 * 1.96 * test.standardError)).toBeLessThan(1.2);
  }
});

it("has narrower intervals for means than for their classes, and the same with the same seed", () => {
  const run = (seed: number) => bootstrapClasses(perClass, order, auroc, { rng: createRng(seed), repeats: 400 });
  const { classes, avg, high, low } = run(5);
  const width = (interval: { low: number; high: number } | null | undefined) => (interval ? interval.high - interval.low : Number.NaN);
  expect(width(avg)).toBeLessThan(width(classes.get("screw")));
  expect(width(high)).toBeLessThan(width(classes.get("tile")));
  expect(low).toEqual(classes.get("screw"));
  expect(run(5)).toEqual({ classes, avg, high, low });
  expect(run(6).avg).not.toEqual(avg);
});

it("leaves a class without one side out, and says null where nothing is left", () => {
  const some = new Map([
    ["a", drawnClass(9, 9)],
    ["b", drawnClass(9, 0)],
  ]);
  const found = bootstrapClasses(some, ["a", "b"], auroc, { rng: createRng(1), repeats: 100 });
  expect(found.classes.get("b")).toBeNull();
  expect(found.low).toBeNull();
  expect(found.avg).toEqual(found.classes.get("a"));
});

it("covers the truth about as often as it says", () => {
  const truth = 0.8556; // P(N(1.5, 1) > N(0, 1)) = Phi(1.5 / sqrt 2)
  let covered = 0;
  for (let i = 0; i < 120; i++) {
    const { avg } = bootstrapClasses(new Map([["x", drawnClass(40, 40)]]), ["x"], auroc, {
      rng: createRng(i),
      repeats: 100,
      confidence: 0.9,
    });
    if (avg && avg.low <= truth && truth <= avg.high) covered++;
  }
  expect(covered / 120).toBeGreaterThan(0.8);
  expect(covered / 120).toBeLessThan(0.97);
});
