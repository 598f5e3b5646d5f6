import { createRng } from "@ltad/core";
import {
  auproBounds,
  auroc,
  averagePrecision,
  type Between,
  bootstrapClasses,
  type ExactPixels,
  imageMetrics,
  type ImageScores,
  imageScores,
  isThreshold,
  lowerIsBetter,
  measure,
  type Measure,
  meanOfSeven,
  type MetricName,
  type PixelCounts,
  pixelMetrics,
  type Ranking,
  rankedPixelMetrics,
  streamingBounds,
  streamingPixels,
  summarise,
  worstClass,
} from "@ltad/metrics";
import type { Intervals, Numbers, SetMeasures, TestCounts } from "./set-measures.js";

type Metrics = Readonly<Record<string, Measure>>;
const [confidence, repeats] = [0.95, 1000];

/** Computes the metrics of several classes, added one after the other, so that the pixels of only one class are in memory. */
export interface SetMeasurement {
  /** Adds a class. @param pixels null if there are no maps */
  add(name: string, scores: ImageScores, pixels: ExactPixels | null): void;
  /**
   * Computes the metrics of all classes and their means.
   * @param order all classes that were added, from most to least training images
   * @param seed of the bootstrap
   */
  result(order: readonly string[], seed: number): SetMeasures;
}

/** Starts the measurement of a set of classes. */
export function measureSet(): SetMeasurement {
  const [classes, scores, counts] = [new Map<string, Metrics>(), new Map<string, ImageScores>(), new Map<string, TestCounts>()];
  const pooled = { scores: imageScores(), pixels: streamingPixels(), hasMaps: false };
  return {
    add(name, images, pixels) {
      classes.set(name, withMean({ ...imageMetrics(images.ranking()), ...(pixels && pixelMetrics(pixels)) }));
      scores.set(name, images);
      counts.set(name, countsOf(images, pixels?.counts));
      pooled.scores.merge(images);
      if (!pixels) return;
      pooled.pixels.merge(pixels);
      pooled.hasMaps = true;
    },
    result(order, seed) {
      const perClass = order.map((name) => [name, classes.get(name) ?? {}] as const);
      const { worst, ...means } = acrossClasses(perClass, order);
      const ranking = pooled.pixels.ranking();
      const all = withMean({ ...imageMetrics(pooled.scores.ranking()), ...(pooled.hasMaps && rankedPixelMetrics(ranking)) });
      const ofMeans = Object.fromEntries([...Object.entries(means), ["pooled", all] as const].flatMap(([name, m]) => reasonsOf(name, m)));
      return {
        order: [...order],
        summary: { avg: numbers(means.avg), high: numbers(means.high), low: numbers(means.low) },
        classes: Object.fromEntries(perClass.map(([name, metrics]) => [name, numbers(metrics)])),
        worst,
        pooled: numbers(all),
        pooled_bounds: pooled.hasMaps ? boundsOf(ranking) : {},
        test_counts: Object.fromEntries(order.flatMap((name) => (counts.has(name) ? [[name, counts.get(name)!]] : []))),
        pooled_counts: countsOf(pooled.scores, pooled.pixels.counts),
        intervals: { confidence, repeats, seed, ...intervalsOf(scores, order, seed) },
        reasons: { ...ofMeans, ...Object.fromEntries(perClass.flatMap(([name, m]) => reasonsOf(name, m))) },
        mean_reasons: ofMeans,
      };
    },
  };
}

/** With mAD at the end, where there are maps. */
function withMean(metrics: Metrics): Metrics {
  return "pixel_auroc" in metrics ? { ...metrics, mad: meanOfSeven(metrics) } : metrics;
}

/** Means and the worst class of every metric but thresholds. */
function acrossClasses(perClass: readonly (readonly [string, Metrics])[], order: readonly string[]) {
  const names = Object.keys(perClass[0]?.[1] ?? {}) as MetricName[];
  const across = names
    .filter((name) => !isThreshold(name))
    .map((name) => {
      const values = new Map(
        perClass.map(([className, metrics]) => [className, metrics[name] ?? { value: null, reason: "there are no maps" }]),
      );
      return { name, means: summarise(values, order), worst: worstClass(values, lowerIsBetter(name)) };
    });
  const part = (which: "avg" | "high" | "low") => Object.fromEntries(across.map(({ name, means }) => [name, means[which]]));
  return {
    avg: part("avg"),
    high: part("high"),
    low: part("low"),
    worst: Object.fromEntries(across.map(({ name, worst }) => [name, worst])),
  };
}

function numbers(metrics: Metrics): Numbers {
  return Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value]));
}

function reasonsOf(name: string, metrics: Metrics): [string, Record<string, string>][] {
  const reasons = Object.entries(metrics).flatMap(([metric, { reason }]) => (reason === undefined ? [] : [[metric, reason] as const]));
  return reasons.length === 0 ? [] : [[name, Object.fromEntries(reasons)]];
}

function countsOf({ counts }: ImageScores, pixels: PixelCounts | undefined): TestCounts {
  const { regions = 0, defectPixels = 0, goodPixels = 0 } = pixels ?? {};
  return { ...counts, regions, defect_pixels: defectPixels, good_pixels: goodPixels };
}

function boundsOf(ranking: Ranking): Record<string, Between> {
  if (measure(() => auroc(ranking)).value === null) return {};
  const { auroc: area, averagePrecision: ap, f1Max: f1, iouMax: iou, fprAt95Tpr } = streamingBounds(ranking);
  const aupro = ([0.3, 0.05, 0.01] as const).map((limit) => [`aupro_${limit}`, auproBounds(ranking, limit)] as const);
  return {
    pixel_auroc: area,
    pixel_ap: ap,
    pixel_f1max: f1,
    pixel_iou_max: iou,
    pixel_fpr_at_95_tpr: fprAt95Tpr,
    ...Object.fromEntries(aupro),
  };
}

function intervalsOf(scores: ReadonlyMap<string, ImageScores>, order: readonly string[], seed: number) {
  const of = (name: string, metric: (ranking: Ranking) => number): Intervals => {
    const { classes, ...means } = bootstrapClasses(scores, order, metric, { rng: createRng(`${seed}/${name}`), repeats, confidence });
    return { ...means, classes: Object.fromEntries(classes) };
  };
  return { image_auroc: of("image_auroc", auroc), image_ap: of("image_ap", averagePrecision) };
}
