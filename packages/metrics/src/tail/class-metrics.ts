import { check, having, oneOf, optional, recordOf } from "@ltad/core/check";
import { auroc } from "../image/auroc.js";
import { averagePrecision } from "../image/average-precision.js";
import { f1Max, iouMax } from "../image/f1-max.js";
import { accuracyAt, fprAtTpr, presortedBad, presortedGood } from "../image/operating-points.js";
import { aupimo } from "../pixels/aupimo.js";
import type { ExactPixels } from "../pixels/exact-pixels.js";
import { aupro } from "../pixels/pro-curve.js";
import { type Measure, measure, measureRule } from "../ranking/measure.js";
import type { Ranking } from "../ranking/ranking.js";

/** The names of image metrics in files. The threshold of F1-max, and the accuracy at it, are found on the test labels. */
export const imageMetricNames = [
  "image_auroc",
  "image_ap",
  "image_f1max",
  "image_f1max_threshold",
  "image_accuracy_at_f1max",
  "image_fpr_at_95_tpr",
  "image_pg_2",
  "image_pb_2",
] as const;

/** The names of pixel metrics in files; the limits of AUPRO and AUPIMO are part of the name. */
export const pixelMetricNames = [
  "pixel_auroc",
  "pixel_ap",
  "pixel_f1max",
  "pixel_f1max_threshold",
  "pixel_iou_max",
  "pixel_fpr_at_95_tpr",
  "aupro_0.3",
  "aupro_0.05",
  "aupro_0.01",
  "aupimo_1e-5_1e-4",
] as const;

export type ImageMetricName = (typeof imageMetricNames)[number];
export type PixelMetricName = (typeof pixelMetricNames)[number];
export type MetricName = ImageMetricName | PixelMetricName | "mad";
const metricName = oneOf([...imageMetricNames, ...pixelMetricNames, "mad"]);

/** The seven metrics whose mean is mAD. */
const seven = ["image_auroc", "image_ap", "image_f1max", "pixel_auroc", "pixel_ap", "pixel_f1max", "aupro_0.3"] as const;

/** Computes every metric of image scores. A metric that does not exist is null, with a reason. */
export function imageMetrics(ranking: Ranking): Record<ImageMetricName, Measure> {
  return {
    image_auroc: measure(() => auroc(ranking)),
    image_ap: measure(() => averagePrecision(ranking)),
    image_f1max: measure(() => f1Max(ranking).value),
    image_f1max_threshold: measure(() => f1Max(ranking).threshold),
    image_accuracy_at_f1max: measure(() => accuracyAt(ranking, f1Max(ranking).threshold)),
    image_fpr_at_95_tpr: measure(() => fprAtTpr(ranking, 0.95)),
    image_pg_2: measure(() => presortedGood(ranking, 2)),
    image_pb_2: measure(() => presortedBad(ranking, 2)),
  };
}

/** Computes every metric of pixels. A metric that does not exist is null, with a reason. @param pixels an exact accumulator */
export function pixelMetrics(pixels: Pick<ExactPixels, "images" | "ranking">): Record<PixelMetricName, Measure> {
  check("pixelMetrics", { pixels }, { pixels: having("an exact pixel accumulator", "images", "ranking") });
  const ranking = pixels.ranking();
  return { ...rankedPixelMetrics(ranking), "aupimo_1e-5_1e-4": measure(() => aupimo(pixels).value) };
}

/** Computes every metric of pixels except AUPIMO, which needs the pixels by image. @param ranking of an exact or a streaming accumulator */
export function rankedPixelMetrics(ranking: Ranking): Record<Exclude<PixelMetricName, "aupimo_1e-5_1e-4">, Measure> {
  return {
    pixel_auroc: measure(() => auroc(ranking)),
    pixel_ap: measure(() => averagePrecision(ranking)),
    pixel_f1max: measure(() => f1Max(ranking).value),
    pixel_f1max_threshold: measure(() => f1Max(ranking).threshold),
    pixel_iou_max: measure(() => iouMax(ranking)),
    pixel_fpr_at_95_tpr: measure(() => fprAtTpr(ranking, 0.95)),
    "aupro_0.3": measure(() => aupro(ranking, 0.3)),
    "aupro_0.05": measure(() => aupro(ranking, 0.05)),
    "aupro_0.01": measure(() => aupro(ranking, 0.01)),
  };
}

/** mAD: the mean of image AUROC, AP and F1-max, pixel AUROC, AP and F1-max, and AUPRO@0.3. It is null unless all seven exist. */
export function meanOfSeven(metrics: Readonly<Partial<Record<MetricName, Measure>>>): Measure {
  check("meanOfSeven", { metrics }, { metrics: recordOf(optional(measureRule)) });
  const missing = seven.filter((name) => (metrics[name]?.value ?? null) === null);
  if (missing.length > 0) return { value: null, reason: `without ${missing.join(", ")}` };
  return { value: seven.reduce((sum, name) => sum + (metrics[name]?.value ?? 0), 0) / seven.length };
}

/** True for metrics that are better when they are lower, which are the false positive rates. @throws LtadError `LTAD_CONFIG` for an unknown name */
export function lowerIsBetter(name: MetricName): boolean {
  check("lowerIsBetter", { name }, { name: metricName });
  return name.endsWith("_fpr_at_95_tpr");
}

/** True for thresholds, whose mean over classes has no meaning. @throws LtadError `LTAD_CONFIG` for an unknown name */
export function isThreshold(name: MetricName): boolean {
  check("isThreshold", { name }, { name: metricName });
  return name.endsWith("_threshold");
}
