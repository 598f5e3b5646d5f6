import { createRng } from "@ltad/core";
import { wrongCalls } from "@ltad/core/testing";
import { expect, it } from "vitest";
import * as api from "./index.js";

const scores = [0.1, 0.4, 0.35, 0.8];
const labels = [0, 0, 1, 1];
const ranking = () => api.rank(scores, labels);
const image = { map: Float32Array.from(scores), mask: Uint8Array.from(labels), width: 2, name: "a" };
const exact = () => {
  const pixels = api.exactPixels();
  pixels.add(image);
  pixels.add({ map: Float32Array.from({ length: 20 }, (_, i) => i), mask: null, width: 2 });
  return pixels;
};
const streaming = () => {
  const pixels = api.streamingPixels();
  pixels.add(image);
  return pixels;
};
const paired = { a: scores, b: scores, isAnomaly: labels };
const options = { rng: createRng(1), repeats: 100 };
const perClass = new Map([["a", { value: 1 }]]);
const collected = api.imageScores([
  { score: 1, anomaly: true, name: "x" },
  { score: 0, anomaly: false, name: "y" },
]);

const functions: Readonly<Record<string, unknown>> = { ...api };
const calls: Partial<Record<keyof typeof api, readonly (readonly unknown[])[]>> = {
  rank: [[scores, labels, ["a", "b", "c", "d"]]],
  auroc: [[ranking()]],
  averagePrecision: [[ranking()]],
  rocCurve: [[ranking()]],
  precisionRecallCurve: [[ranking()]],
  f1Max: [[ranking()]],
  iouMax: [[ranking()]],
  accuracyAt: [[ranking(), 0.5]],
  confusionAt: [[ranking(), 0.5]],
  fprAtTpr: [[ranking(), 0.9]],
  presortedGood: [[ranking(), 2]],
  presortedBad: [[ranking(), 2]],
  imageMetrics: [[ranking()]],
  imageScores: [[[{ score: 1, anomaly: true, name: "x" }]]],
  falseAlarmCalibration: [[scores, scores, [0.3]]],
  delongTest: [[paired]],
  mannWhitney: [[scores, scores]],
  binomialTail: [[2, 12, 0.01]],
  pairedBootstrap: [[paired, api.auroc, options]],
  bootstrapClasses: [[new Map([["a", collected]]), ["a"], api.auroc, options]],
  exactPixels: [[[]]],
  exactPixelsFromBytes: [[exact().toBytes(), "x"]],
  streamingPixelsFromBytes: [[streaming().toBytes(), "x"]],
  aupro: [[exact().ranking(), 0.3]],
  proCurve: [[exact().ranking()]],
  auproBounds: [[streaming().ranking(), 0.3]],
  streamingBounds: [[streaming().ranking()]],
  aupimo: [[exact(), { lower: 0.1, upper: 0.9 }]],
  labelRegions: [[image.mask, 2]],
  measure: [[() => 1]],
  pixelMetrics: [[exact()]],
  rankedPixelMetrics: [[exact().ranking()]],
  meanOfSeven: [[{ image_auroc: { value: 1 } }]],
  summarise: [[perClass, ["a"]]],
  worstClass: [[perClass, false]],
  lowerIsBetter: [["image_auroc"]],
  isThreshold: [["image_auroc"]],
};
/** Records that may have any keys: they are named by their users. */
const open = new Set(["meanOfSeven"]);

it("has a right call of every function", () => {
  const names = Object.entries(api).filter(([name, value]) => typeof value === "function" && name !== "streamingPixels");
  expect(names.map(([name]) => name).filter((name) => !(name in calls))).toEqual([]);
});

it.each(Object.entries(calls))("%s refuses what it cannot take in our words", async (name, examples) => {
  for (const args of examples) {
    const run = functions[name] as (...args: never[]) => unknown;
    expect(() => run(...(args as never[]))).not.toThrow();
    const faults = await wrongCalls({ name, run, args });
    expect(faults.filter((fault) => !(open.has(name) && fault.includes("unknown key")))).toEqual([]);
  }
});

it.each([
  ["a plain array", { ...image, map: scores }],
  ["a Float64Array", { ...image, map: Float64Array.from(scores) }],
  ["booleans", { ...image, map: [true, false, true, false] }],
  ["a mask of booleans", { ...image, mask: [true, false, true, false] }],
  ["no mask", { map: image.map, width: 2 }],
  ["an unknown key", { ...image, heigth: 2 }],
])("add refuses %s, and the image is left out", (_, wrong) => {
  for (const pixels of [api.exactPixels(), api.streamingPixels()]) {
    expect(() => pixels.add(wrong as never)).toThrow(expect.objectContaining({ name: "LtadError" }));
    expect(pixels.counts.images).toBe(0);
    for (const other of [undefined, null, {}, { images: [1] }]) expect(() => pixels.merge(other as never)).toThrow(/^merge: /);
  }
});

it("names the nearest known option", () => {
  expect(() => api.bootstrapClasses(new Map(), [], api.auroc, { ...options, confidense: 0.9 } as never)).toThrow(
    /Did you mean confidence\?/,
  );
  expect(() => api.bootstrapClasses(new Map([["bolt", collected]]), ["bold"], api.auroc, options)).toThrow(/received bold; they have bolt/);
});
