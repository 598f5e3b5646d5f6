import { type JobOptions, throwIfAborted } from "@ltad/core";
import { type Dataset, isGood, type TestItem } from "@ltad/data";
import type { Detector } from "@ltad/detector";
import type { Evaluation } from "./report/report-data.js";
import { pixelsOf, scoresOf } from "./class-metrics.js";
import { collectSet } from "./collect-set.js";
import { type FalseAlarms, falseAlarms } from "./false-alarms.js";
import type { LeftOutImages } from "./left-out-images.js";
import { type KnownClass, matchClasses } from "./match-classes.js";
import type { SetMeasures } from "./set-measures.js";
import { type TestFeatures, testFeatures } from "./test-features.js";

export interface EvaluateOptions extends JobOptions {
  readonly cacheDir: string;
  /** Whether the class of a test image is told (its folder) or predicted by the model. */
  readonly classes: "folder" | "predicted";
  /** Good images to calibrate false-alarm rates with. */
  readonly leftOut?: LeftOutImages["images"];
}

/** What the model said of an image. */
interface Said {
  readonly score: number;
  /** Class the model used. */
  readonly class: string;
  /** Anomaly map on the model's grid, [g * g]. */
  readonly map: Float32Array;
}

/** One test image and what the model said. */
export interface TestedImage extends Said {
  readonly item: TestItem;
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
  const spare = known.flatMap((entry) => (options.leftOut?.get(entry.data.name) ?? []).map(({ file }) => ({ file, entry })));
  const all = [...items.map(({ item, entry }) => ({ file: item.file, entry })), ...spare];
  const features = await testFeatures(
    detector,
    all.map(({ file }) => file),
    options.cacheDir,
    options,
  );
  const timing: Record<string, number> = { encode: clock() };
  const said = await scoreAll(detector, all, features, options);
  const images = items.map(({ item }, i): TestedImage => ({ item, ...said[i]! }));
  timing["score"] = clock();
  const tested = known.map((entry) => ({ ...entry, images: images.filter((_, i) => items[i]?.entry === entry) }));
  const { summary, classes, ...more } = await measureAll(tested, detector, options);
  timing["measure"] = clock();
  const { protocol, seed } = detector.manifest;
  const counts = Object.fromEntries(known.map(({ data, trained }) => [data.name, trained]));
  const calibrating = said.slice(items.length).map(({ score }, i) => ({ score, name: spare[i]?.entry.data.name }));
  const calibration = calibrate(tested, calibrating);
  const evaluation = { protocol, seed, counts, summary, classes, timing, ...more, ...(calibration && { calibration }) } as Evaluation;
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

function calibrate(tested: readonly TestedClass[], spare: readonly { name: string | undefined; score: number }[]): FalseAlarms | undefined {
  const scores = tested.map(({ data: { name }, images }) => {
    const calibration = spare.filter((one) => one.name === name).map(({ score }) => score);
    return [name, { calibration, test: images.filter(({ item }) => isGood(item)).map(({ score }) => score) }] as const;
  });
  return falseAlarms(new Map(scores));
}

async function scoreAll(
  detector: Detector,
  items: readonly { entry: KnownClass }[],
  features: TestFeatures,
  { classes, onProgress, signal }: EvaluateOptions,
): Promise<Said[]> {
  const images: Said[] = [];
  for (const [i, { entry }] of items.entries()) {
    throwIfAborted(signal);
    const { features: patches, z } = await features.read(i);
    const scores = await detector.score(patches, z, Int32Array.of(classes === "folder" ? entry.index : -1));
    const used = detector.classes[scores.classes[0]!] ?? "";
    images.push({ score: scores.score[0]!, class: used, map: scores.map.slice() });
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
