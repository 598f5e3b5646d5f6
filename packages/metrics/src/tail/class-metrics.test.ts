import { expect, it } from "vitest";
import { imageScores } from "../image/image-scores.js";
import { exactPixels } from "../pixels/exact-pixels.js";
import { streamingPixels } from "../pixels/streaming-pixels.js";
import { goldenJson, pixelImages, pixelSets } from "../testing/golden.js";
import {
  imageMetricNames,
  imageMetrics,
  isThreshold,
  lowerIsBetter,
  meanOfSeven,
  pixelMetricNames,
  pixelMetrics,
  rankedPixelMetrics,
} from "./class-metrics.js";

function larger() {
  const pixels = exactPixels();
  for (const image of pixelImages("larger")) pixels.add(image);
  return pixels;
}
const images = imageScores([
  { score: 1, anomaly: false, name: "a" },
  { score: 3, anomaly: false, name: "b" },
  { score: 2, anomaly: true, name: "c" },
  { score: 4, anomaly: true, name: "d" },
]);

it("gives every metric that it names, each under its own name", () => {
  expect(Object.keys(imageMetrics(images.ranking()))).toEqual(imageMetricNames);
  expect(Object.keys(pixelMetrics(larger())).sort()).toEqual([...pixelMetricNames].sort());
  expect(imageMetrics(images.ranking())).toMatchObject({
    image_auroc: { value: 0.75 },
    image_f1max: { value: 0.8 },
    image_f1max_threshold: { value: 2 },
    image_accuracy_at_f1max: { value: 0.75 },
    image_fpr_at_95_tpr: { value: 0.5 },
    image_pg_2: { value: 0.5 },
    image_pb_2: { value: 0.5 },
  });
  const metrics = pixelMetrics(larger());
  expect(metrics["aupro_0.05"].value).toBeCloseTo(pixelSets["larger"]!.aupro["0.05"]!, 12);
  expect(metrics.pixel_f1max_threshold.value).toBe(pixelSets["larger"]?.pixel_f1max_threshold);
  expect(metrics["aupimo_1e-5_1e-4"]).toEqual({ value: null, reason: expect.stringMatching(/AUPIMO: .*more good pixels/) });
});

it("says null with a reason where nothing can be said", () => {
  const none = {
    ...imageMetrics(imageScores().ranking()),
    ...pixelMetrics(exactPixels()),
    ...rankedPixelMetrics(streamingPixels().ranking()),
  };
  for (const [name, { value, reason }] of Object.entries(none)) {
    expect(value, name).toBeNull();
    expect(reason, name).toMatch(/there are no|none of the 0 images/);
  }
});

it("mAD is the mean of the seven, or null", () => {
  const metrics = { ...imageMetrics(images.ranking()), ...pixelMetrics(larger()) };
  const { pixel_auroc, pixel_ap, pixel_f1max, aupro } = (goldenJson("pixel.json") as { sets: typeof pixelSets }).sets["larger"]!;
  const sum = 0.75 + (0.5 + (0.5 * 2) / 3) + 0.8 + [pixel_auroc, pixel_ap, pixel_f1max, aupro["0.3"]].reduce((a: number, b) => a + b!, 0);
  expect(meanOfSeven(metrics).value).toBeCloseTo(sum / 7, 10);
  expect(meanOfSeven({ ...metrics, pixel_ap: { value: null } })).toEqual({ value: null, reason: "without pixel_ap" });
});

it("knows which way is better, and what is no quality at all", () => {
  const names = [...imageMetricNames, ...pixelMetricNames];
  expect(names.filter(lowerIsBetter)).toEqual(["image_fpr_at_95_tpr", "pixel_fpr_at_95_tpr"]);
  expect(names.filter(isThreshold)).toEqual(["image_f1max_threshold", "pixel_f1max_threshold"]);
});
