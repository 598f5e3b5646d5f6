import { type JobOptions, throwIfAborted } from "@ltad/core";
import type { Dataset, TestItem } from "@ltad/data";
import type { Detector } from "@ltad/detector";
import type { Evaluation } from "../report/report-data.js";
import { pixelsOf, scoresOf } from "./class-metrics.js";
import { collectSet } from "./collect-set.js";
import { type KnownClass, matchClasses } from "./match-classes.js";
import type { SetMeasures } from "./set-measures.js";
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
  const { summary, classes, ...more } = await measureAll(tested, detector, options);
  timing["measure"] = clock();
  const { protocol, seed } = detector.manifest;
  const counts = Object.fromEntries(known.map(({ data, trained }) => [data.name, trained]));
  const evaluation = { protocol, seed, counts, summary, classes, timing, ...more } as Evaluation;
  return { evaluation, tested, warnings: [...warnings, ...missingNumbers(tested, more.reasons)] };
}

async function measureAll(
  tested: readonly TestedClass[],
  { manifest }: Detector,
  { signal, onProgress }: JobOptions,
): Promise<SetMeasures> {
  const set = collectSet();
  for (const [i, { data, images }] of tested.entries()) {
    throwIfAborted(signal);
    set.add(data.name, scoresOf(images), await pixelsOf(data, images, manifest.features));
    onProgress?.({ phase: "measure", done: i + 1, total: tested.length, unit: "classes" });
  }
  return set.result(
    tested.map(({ data }) => data.name),
    manifest.seed,
  );
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

/** Why a class has no number, in words; the AUROC stands for all metrics of its kind. */
function missingNumbers(tested: readonly TestedClass[], reasons: SetMeasures["reasons"]): string[] {
  return tested.flatMap(({ data: { name } }) =>
    ["image", "pixel"].flatMap((kind) => {
      const reason = reasons[name]?.[`${kind}_auroc`];
      return reason === undefined ? [] : [`${name}: no ${kind} AUROC (${reason.replace(/\.$/, "")}); left out of the means.`];
    }),
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
