// Measures scores and maps that come from any detector, here from numbers written down: nothing else of LTAD is needed.
//
//   npx tsx any-detectors-metrics.ts
import { auroc, averagePrecision, exactPixels, f1Max, imageScores, pixelMetrics } from "@ltad/metrics";

const images = imageScores([
  { name: "good/0.png", anomaly: false, score: 0.12 },
  { name: "good/1.png", anomaly: false, score: 0.31 },
  { name: "good/2.png", anomaly: false, score: 0.2 },
  { name: "crack/0.png", anomaly: true, score: 0.28 },
  { name: "crack/1.png", anomaly: true, score: 0.77 },
]);
const ranking = images.ranking();
console.log(
  `image AUROC ${auroc(ranking).toFixed(3)}, AP ${averagePrecision(ranking).toFixed(3)}, F1-max ${f1Max(ranking).value.toFixed(3)}`,
);

// One map and one mask for each image, row by row; a good image has no mask.
const pixels = exactPixels();
pixels.add({ name: "good/0.png", width: 3, map: Float32Array.of(0.1, 0.2, 0.1, 0.3, 0.1, 0.2), mask: null });
pixels.add({
  name: "crack/0.png",
  width: 3,
  map: Float32Array.of(0.1, 0.9, 0.8, 0.2, 0.4, 0.1),
  mask: Uint8Array.of(0, 1, 1, 0, 1, 0),
});
const measured = pixelMetrics(pixels);
console.log(`pixel AUROC ${measured.pixel_auroc.value?.toFixed(3)}, AUPRO@0.3 ${measured["aupro_0.3"].value?.toFixed(3)}`);
