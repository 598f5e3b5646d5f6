import { expect, it } from "vitest";
import { publishedMvtec } from "../../../reproduce/published-numbers.js";
import type { SplitResult } from "../../../reproduce/split-result.js";
import type { SweepResult } from "../../../sweep.js";
import { resultTable } from "./result-table.js";

function runOf(seed: number, image: number): SweepResult {
  const metrics = {
    image_auroc: image,
    pixel_auroc: 0.95,
    high_image_auroc: 0.9,
    high_pixel_auroc: 0.96,
    low_image_auroc: 0.8,
    low_pixel_auroc: null,
  };
  return { seed, values: {}, folder: `m${seed}`, seconds: 1, metrics };
}

const result: SplitResult = {
  split: "exp100",
  protocol: "exp100",
  preset: "recommended",
  complete: true,
  missing: [],
  order: ["bottle", "cable"],
  high: 1,
  counts: { bottle: 209, cable: 2 },
  ours: { avg: { image: 0.9, pixel: 0.95 }, high: { image: 0.9, pixel: 0.96 }, low: { image: 0.8, pixel: null } },
  published: publishedMvtec("exp100"),
  runs: [runOf(0, 0.9)],
};

const rowsOf = (text: string) => text.split("\n").map((line) => line.split(/ {2,}/));

it("puts our numbers above the published ones, with a dash for what is not known", () => {
  const text = resultTable(result, "mvtec");
  expect(rowsOf(text).slice(0, 4)).toEqual([
    ["MVTec AD, exp100", "Avg image / pixel", "High", "Low"],
    ["ours, recommended", "90.00 / 95.00", "90.00 / 96.00", "80.00 / undefined"],
    ["LTAD", "88.86 / 94.46", "– / –", "– / –"],
    ["LTOAD (class not given)", "93.42 / 95.21", "– / –", "– / –"],
  ]);
  expect(text).toMatch(/Published: LTOAD project page .* table 2/);
  expect(text).toMatch(/–: this number was not found/);
  expect(text).not.toMatch(/Do not compare/);
});

it("says the deviation over several seeds", () => {
  const text = resultTable({ ...result, runs: [runOf(0, 0.9), runOf(1, 0.8)] }, "mvtec");
  expect(rowsOf(text)[1]![1]).toBe("85.00 ± 7.07 / 95.00 ± 0.00");
  expect(text).toMatch(/mean ± standard deviation over 2 seeds/);
});

it("does not let numbers of an incomplete data set pass", () => {
  const missing = ["2 of 15 classes are missing: wood, zipper."];
  const text = resultTable({ ...result, complete: false, missing }, "mvtec");
  expect(rowsOf(text)[1]![0]).toBe("ours, recommended (incomplete data)");
  expect(text).toMatch(/Do not compare with the published numbers, .* 2 of 15 classes are missing: wood, zipper/);
});

it("says so where the paper has no such split", () => {
  const text = resultTable({ ...result, split: "exp20", published: null }, "mvtec");
  expect(text).toMatch(/The paper has no split exp20/);
  expect(text).not.toMatch(/–/);
});
