import { type JobOptions, throwIfAborted } from "@ltad/core";
import type { Dataset, TestItem } from "@ltad/data";
import type { Detector } from "@ltad/detector";
import { type Measure, summarise } from "@ltad/metrics";
import type { Aurocs, Evaluation } from "../report/report-data.js";
import { imageMeasure, pixelMeasure } from "./class-metrics.js";
import { type KnownClass, matchClasses } from "./match-classes.js";
import { type TestFeatures, testFeatures } from "./test-features.js";

export interface EvaluateOptions extends JobOptions {
  readonly cacheDir: string;
  /** Whether the class of a test image is told (its folder) or predicted by the model. */
  readonly classes: "folder" | "predicted";
}

/** One test image and what the model said. */
export interface TestedImage {
  readonly item: TestItem;
  readonly score: number;
  /** Class the model used. */
  readonly class: string;
  /** Anomaly map on the model's grid, [g * g]. */
  readonly map: Float32Array;
}

/** The test images of one class. */
export interface TestedClass extends KnownClass {
  readonly images: readonly TestedImage[];
}

/** Numbers, and what a report needs beside them. */
export interface Evaluated {
  readonly evaluation: Evaluation;
  /** From most to least training images. */
  readonly tested: readonly TestedClass[];
  readonly warnings: readonly string[];
}

/**
 * Measures a bundle on the test images of a data set, with the very graphs of the bundle. Maps are compared with masks at the model's input size.
 * @throws LtadError of a bad image or mask, or when there is nothing to test
 */
export async function evaluateModel(detector: Detector, dataset: Dataset, options: EvaluateOptions): Promise<Evaluated> {
  const clock = stopwatch();
  const { known, warnings } = matchClasses(detector, dataset);
  const items = known.flatMap((entry) => entry.data.test.map((item) => ({ item, entry })));
  const features = await testFeatures(
    detector,
    items.map(({ item }) => item.file),
    options.cacheDir,
    options,
  );
  const timing: Record<string, number> = { encode: clock() };
  const images = await scoreAll(detector, items, features, options);
  timing["score"] = clock();
  const tested = known.map((entry) => ({ ...entry, images: images.filter((_, i) => items[i]?.entry === entry) }));
  const measures = await measureAll(tested, detector, options);
  timing["measure"] = clock();
  const { protocol, seed } = detector.manifest;
  const counts = Object.fromEntries(known.map(({ data, trained }) => [data.name, trained]));
  return {
    evaluation: { protocol, seed, counts, ...numbersOf(measures), timing },
    tested,
    warnings: [...warnings, ...missingNumbers(measures)],
  };
}

/** Both measures by class, from most to least training images. */
type Measures = Readonly<Record<keyof Aurocs, ReadonlyMap<string, Measure>>>;

async function measureAll(tested: readonly TestedClass[], { manifest }: Detector, { signal, onProgress }: JobOptions): Promise<Measures> {
  const measures = { image_auroc: new Map<string, Measure>(), pixel_auroc: new Map<string, Measure>() };
  for (const [i, { data, images }] of tested.entries()) {
    throwIfAborted(signal);
    measures.image_auroc.set(data.name, imageMeasure(images));
    measures.pixel_auroc.set(data.name, await pixelMeasure(data, images, manifest.features));
    onProgress?.({ phase: "measure", done: i + 1, total: tested.length, unit: "classes" });
  }
  return measures;
}

async function scoreAll(
  detector: Detector,
  items: readonly { item: TestItem; entry: KnownClass }[],
  features: TestFeatures,
  { classes, onProgress, signal }: EvaluateOptions,
): Promise<TestedImage[]> {
  const images: TestedImage[] = [];
  for (const [i, { item, entry }] of items.entries()) {
    throwIfAborted(signal);
    const { features: patches, z } = await features.read(i);
    const scores = await detector.score(patches, z, Int32Array.of(classes === "folder" ? entry.index : -1));
    const used = detector.classes[scores.classes[0] as number] ?? "";
    images.push({ item, score: scores.score[0] as number, class: used, map: scores.map.slice() });
    onProgress?.({ phase: "score", done: i + 1, total: items.length, unit: "images" });
  }
  return images;
}

function numbersOf({ image_auroc: image, pixel_auroc: pixel }: Measures): Pick<Evaluation, "summary" | "classes"> {
  const order = [...image.keys()];
  const [images, pixels] = [summarise(image, order), summarise(pixel, order)];
  const both = (a: Measure | undefined, b: Measure | undefined): Aurocs => ({
    image_auroc: a?.value ?? null,
    pixel_auroc: b?.value ?? null,
  });
  return {
    summary: { avg: both(images.avg, pixels.avg), high: both(images.high, pixels.high), low: both(images.low, pixels.low) },
    classes: Object.fromEntries(order.map((name) => [name, both(image.get(name), pixel.get(name))])),
  };
}

/** Why a class has no number, in words. */
function missingNumbers(measures: Measures): string[] {
  return Object.entries(measures).flatMap(([metric, byClass]) =>
    [...byClass].flatMap(([name, { value, reason }]) =>
      value === null ? [`${name}: no ${metric.replace("_auroc", " AUROC")} (${reason}); left out of the means.`] : [],
    ),
  );
}

/** Seconds since the last call. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const took = (now - last) / 1000;
    last = now;
    return Math.round(took * 1000) / 1000;
  };
}
