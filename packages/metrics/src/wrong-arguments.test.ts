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

it.each([
  [
    "numbers in place of measures",
    () => api.summarise(new Map([["a", 0.5]]) as never, ["a"]),
    "summarise: perClass.a: expected a measure { value }, received 0.5.",
  ],
  [
    "a measure of a text",
    () => api.summarise(new Map([["a", { value: "1" }]]) as never, ["a"]),
    'perClass.a.value: expected a number or null, received "1".',
  ],
  [
    "numbers of classes",
    () =>
      api.worstClass(
        new Map([
          ["a", 0.5],
          ["b", 0.2],
        ]) as never,
      ),
    "worstClass: perClass.a: expected a measure",
  ],
  [
    "a number in place of one of seven",
    () => api.meanOfSeven({ image_auroc: 1 } as never),
    "meanOfSeven: metrics.image_auroc: expected a measure",
  ],
  ["an unknown metric", () => api.lowerIsBetter("imageauroc" as never), 'received "imageauroc". Did you mean image_auroc?'],
  ["an unknown threshold", () => api.isThreshold("image_f1max_treshold" as never), "Did you mean image_f1max_threshold?"],
  [
    "a percentage as a text",
    () => api.presortedGood(ranking(), "2" as never),
    'presortedGood: percent: expected a number from 0 to below 100, received "2".',
  ],
  ["the same of the bad ones", () => api.presortedBad(ranking(), "2" as never), "presortedBad: percent: expected a number"],
  [
    "a rate as a text",
    () => api.fprAtTpr(ranking(), ".5" as never),
    'fprAtTpr: tpr: expected a number above 0 and at most 1, received ".5".',
  ],
  ["a limit as a text", () => api.aupro(exact().ranking(), "0.3" as never), "aupro: limit: expected a number above 0 and at most 1"],
  [
    "a limit of the bounds as a text",
    () => api.auproBounds(streaming().ranking(), "0.3" as never),
    "auproBounds: limit: expected a number",
  ],
  ["a calibration of texts", () => api.falseAlarmCalibration(["1"] as never, scores, [0.3]), "calibration[0]: expected a number"],
])("refuses %s", (_, run, message) => {
  expect(run).toThrow(expect.objectContaining({ name: "LtadError", message: expect.stringContaining(message) as string }) as Error);
});

it("takes typed arrays as it takes lists", () => {
  const [list, other, rates] = [[1, 2, 3], [4, 5, 2.5], [0.4]];
  const typed = (values: readonly number[]) => Float32Array.from(values);
  expect(api.mannWhitney(typed(list), typed(other))).toEqual(api.mannWhitney(list, other));
  expect(api.mannWhitney(typed([1, 2, 3]), typed([4, 5, 6]))).toEqual({ larger: 0, pValue: 0.1 });
  expect(api.falseAlarmCalibration(typed(list), typed(other), rates)).toEqual(api.falseAlarmCalibration(list, other, rates));
  const [lists, arrays] = [paired, { a: Float64Array.from(scores), b: Float64Array.from(scores), isAnomaly: Uint8Array.from(labels) }];
  expect(api.rank(arrays.a, arrays.isAnomaly)).toMatchObject({ positives: 2, negatives: 2 });
  expect(api.auroc(api.rank(arrays.a, arrays.isAnomaly))).toBe(api.auroc(ranking()));
  expect(api.delongTest(arrays)).toEqual(api.delongTest(lists));
  const drawn = (given: typeof lists | typeof arrays) => api.pairedBootstrap(given, api.auroc, { rng: createRng(1), repeats: 100 });
  expect(drawn(arrays)).toEqual(drawn(lists));
  const images = exact().images.map((image) => ({ ...image, sizes: Uint32Array.from(image.sizes) as never }));
  expect(api.aupro(api.exactPixels(images).ranking(), 0.3)).toBe(api.aupro(exact().ranking(), 0.3));
});

it("names the nearest known option", () => {
  expect(() => api.bootstrapClasses(new Map(), [], api.auroc, { ...options, confidense: 0.9 } as never)).toThrow(
    /Did you mean confidence\?/,
  );
  expect(() => api.bootstrapClasses(new Map([["bolt", collected]]), ["bold"], api.auroc, options)).toThrow(/received bold; they have bolt/);
});
