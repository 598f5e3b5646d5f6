import { type JobOptions, stopwatch, throwIfAborted } from "@ltad/core";
import { type Dataset, isGood, type TrainItem } from "@ltad/data";
import type { Detector } from "@ltad/detector";
import { type ClassCurves, curvesOf } from "./decisions/class-curves.js";
import { classDecisions } from "./decisions/class-decisions.js";
import { decisionWarnings } from "./decisions/decision-warnings.js";
import { checkRates } from "./decisions/rate-check.js";
import type { Evaluation } from "./evaluation.js";
import { type FalseAlarms, falseAlarms } from "./false-alarms/false-alarms.js";
import type { LeftOutImages } from "./false-alarms/left-out-images.js";
import { matchClasses } from "./match-classes.js";
import { ownOf } from "./own-of.js";
import { measureSet } from "./measure-set.js";
import { scoreFeatures, type ScoreFeaturesOptions } from "./score-features.js";
import type { SetMeasures } from "./set-measures.js";
import type { ImagePrediction, TestedClass } from "./tested-image.js";

/** How a model is evaluated. */
export interface EvaluateOptions extends ScoreFeaturesOptions {
  /** The folder of the feature cache, so that each image is encoded only once. */
  readonly cacheDir: string;
  /** The most pixels that an image may have; 100 million by default. */
  readonly maxPixels?: number | undefined;
  /** Good images for the calibration of false-alarm rates; see `leftOutImages`. */
  readonly leftOut?: LeftOutImages["images"];
  /** The predictions by the id of the image, if other machines have scored them; then no image is read. */
  readonly predictions?: ReadonlyMap<string, ImagePrediction>;
}

/** The metrics of a model, and what a report needs in addition. */
export interface Evaluated {
  readonly evaluation: Evaluation;
  /** The tested classes, from most to least training images. */
  readonly tested: readonly TestedClass[];
  /** The good images of {@link EvaluateOptions.leftOut}: their class, the class that the model used, and the score. */
  readonly calibrationImages: readonly {
    readonly item: TrainItem;
    readonly class: string;
    readonly used: string;
    readonly score: number;
  }[];
  /** The ROC and PRO curves by class, if they exist. */
  readonly curves: ReadonlyMap<string, ClassCurves>;
  /** Sentences about missing classes and metrics. */
  readonly warnings: readonly string[];
  readonly model: Pick<Detector, "folder" | "manifest">;
  readonly dataset: Dataset;
}

/**
 * Evaluates a model on the test images of a data set, with the graphs of its bundle. Maps are compared with masks at the input size of the model, at
 * most 1024 pixels.
 * @throws LtadError `LTAD_IMAGE` or `LTAD_MASK` for a bad image or mask, `LTAD_DATA` when there is nothing to test
 */
export async function evaluate(detector: Detector, dataset: Dataset, options: EvaluateOptions): Promise<Evaluated> {
  const clock = stopwatch<"encode" | "score" | "measure">("s");
  const { folder, manifest } = detector;
  const { known, warnings } = matchClasses(detector, dataset);
  const { items, leftOut } = imagesOf(known, options.leftOut);
  const images = [...items, ...leftOut];
  const predictions = options.predictions
    ? images.map(({ item }) => options.predictions!.get(item.id)!)
    : await scored(detector, images, options, () => clock.lap("encode"));
  clock.lap("score");
  const tested = known.map((entry) => ({
    ...entry,
    images: items.flatMap(({ item, label }, i) => (label === entry.index ? [{ item, ...predictions[i]! }] : [])),
  }));
  const curves = new Map<string, ClassCurves>();
  const { measures, warnings: odd } = await measureAll(tested, manifest, { ...options, curves });
  clock.lap("measure");
  const calibration = calibrate(
    tested,
    leftOut.map(({ label }, i) => ({ label, ...predictions[items.length + i]! })),
  );
  const decisions = classDecisions(tested, manifest);
  const timing = clock.parts as Evaluation["timing"];
  return {
    evaluation: evaluationOf(manifest, known, { measures, timing, calibration, decisions }),
    tested,
    calibrationImages: leftOut.map(({ item, class: name }, i) => {
      const { score, class: used } = predictions[items.length + i]!;
      return { item, class: name, used, score };
    }),
    curves,
    warnings: [...decisionWarnings(decisions ?? [], manifest), ...warnings, ...odd, ...missingNumbers(tested, measures.reasons)],
    model: { folder, manifest },
    dataset,
  };
}

type KnownClass = ReturnType<typeof matchClasses>["known"][number];

/** The test images and the left-out good images of all classes, with the index of their class in the model. */
function imagesOf(known: readonly KnownClass[], leftOut: EvaluateOptions["leftOut"]) {
  return {
    items: known.flatMap(({ data, index: label }) => data.test.map((item) => ({ item, file: item.file, label }))),
    leftOut: known.flatMap(({ data, index: label }) =>
      (leftOut?.get(data.name) ?? []).map((item) => ({ item, file: item.file, label, class: data.name })),
    ),
  };
}

/** Puts together what metrics.json contains, in its order. */
function evaluationOf(
  { protocol, seed }: Detector["manifest"],
  known: readonly KnownClass[],
  parts: {
    readonly measures: SetMeasures;
    readonly timing: Evaluation["timing"];
    readonly calibration: FalseAlarms | undefined;
    readonly decisions: ReturnType<typeof classDecisions>;
  },
): Evaluation {
  const { measures, timing, calibration, decisions } = parts;
  const { summary, classes, ...rest } = measures;
  const counts = Object.fromEntries(known.map(({ data, trained }) => [data.name, trained]));
  const measured = { protocol, seed, counts, summary, classes, timing, ...rest, ...(calibration && { calibration }) } as Evaluation;
  const check = decisions && checkRates(decisions);
  return { ...measured, ...(decisions && { decisions }), ...(check && { false_alarm_check: check }) };
}

/** Encodes the images and scores their features. */
async function scored(
  detector: Detector,
  images: readonly { readonly file: string; readonly label: number }[],
  options: EvaluateOptions,
  onEncoded: () => void,
): Promise<ImagePrediction[]> {
  const { encodeFiles } = await import("@ltad/feature-store"); // loads the runtime, which measuring scores does not need
  const { rangeFor } = await import("@ltad/detector"); // the same
  const files = images.map(({ file, label }) => ({
    file,
    range: rangeFor(detector.manifest, options.classes === "folder" ? label : -1),
  }));
  const store = await encodeFiles(files, await detector.encoder(), options);
  onEncoded();
  const labels = images.map(({ label }) => label);
  return scoreFeatures(detector, store, labels, options);
}

async function measureAll(
  tested: readonly TestedClass[],
  { features, classes, seed }: Detector["manifest"],
  {
    signal,
    onProgress,
    maxPixels,
    curves,
  }: JobOptions & Pick<EvaluateOptions, "maxPixels"> & { readonly curves: Map<string, ClassCurves> },
): Promise<{ measures: SetMeasures; warnings: string[] }> {
  const { pixelsOf, scoresOf } = await import("./class-metrics.js");
  const [set, warnings] = [measureSet(), [] as string[]];
  for (const [i, { data, images, index }] of tested.entries()) {
    throwIfAborted(signal);
    const scores = scoresOf(images);
    const { pixels, warnings: odd } = await pixelsOf(data, images, { ...features, judged: classes[index]?.judged, maxPixels });
    set.add(data.name, scores, pixels);
    curves.set(data.name, curvesOf(scores, pixels));
    warnings.push(...odd);
    onProgress?.({ phase: "measure", done: i + 1, total: tested.length, unit: "classes" });
  }
  const names = tested.map(({ data }) => data.name);
  return { measures: set.result(names, seed), warnings };
}

function calibrate(
  tested: readonly TestedClass[],
  leftOut: readonly (ImagePrediction & { readonly label: number })[],
): FalseAlarms | undefined {
  const scores = tested.map(({ data: { name }, index, images }) => {
    const calibration = leftOut.filter(({ label }) => label === index).map(({ score }) => score);
    return [name, { calibration, test: images.filter(({ item }) => isGood(item)).map(({ score }) => score) }] as const;
  });
  return falseAlarms(new Map(scores));
}

/** Sentences that explain why a class has no metrics; the AUROC represents all metrics of its kind. */
function missingNumbers(tested: readonly TestedClass[], reasons: SetMeasures["reasons"]): string[] {
  return tested.flatMap(({ data: { name } }) =>
    ["image", "pixel"].flatMap((kind) => {
      const reason = ownOf(reasons, name)?.[`${kind}_auroc`];
      return reason === undefined ? [] : [`${name}: no ${kind} AUROC (${reason.replace(/\.$/, "")}); excluded from the averages.`];
    }),
  );
}
