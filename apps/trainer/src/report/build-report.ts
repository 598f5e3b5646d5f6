import { basename } from "node:path";
import { type JobOptions, throwIfAborted } from "@ltad/core";
import { isGood } from "@ltad/data";
import type { Detector, DisplayRange } from "@ltad/detector";
import { configYaml } from "../config/config-yaml.js";
import type { Evaluated, TestedClass, TestedImage } from "../evaluate/evaluate-model.js";
import { version } from "../version.js";
import { choosePictures } from "./choose-pictures.js";
import { drawPicture, sideFor } from "./draw-picture.js";
import { plural } from "./numbers.js";
import type { TrainingHistory } from "./read-history.js";
import type { ClassReport, ReportData } from "./report-data.js";

/** What a report is made from. */
export interface ReportSource {
  readonly detector: Detector;
  readonly root: string;
  readonly evaluated: Evaluated;
  readonly history: TrainingHistory;
  readonly warnings: readonly string[];
  readonly commands: readonly string[];
}

/** Fewer images than this say little about what is normal. */
const few = 4;

/** Chooses and draws the pictures and gathers all that the report shows. */
export async function buildReport(
  { detector, root, evaluated, history, warnings, commands }: ReportSource,
  options: JobOptions,
): Promise<ReportData> {
  const { manifest } = detector;
  const { evaluation, tested } = evaluated;
  const chosen = tested.map((one) => choosePictures(one.images));
  const total = chosen.flat().length;
  const classes: ClassReport[] = [];
  for (const [i, one] of tested.entries()) {
    throwIfAborted(options.signal);
    const draw = { side: sideFor(total), grid: manifest.features.grid, range: heatRange(one) };
    const pictures = await Promise.all((chosen[i] ?? []).map((picture) => drawPicture(picture, draw)));
    classes.push({ ...numbersOf(one, i < Math.ceil(tested.length / 2)), pictures });
    options.onProgress?.({ phase: "report", done: i + 1, total: tested.length, unit: "classes" });
  }
  return {
    dataset: basename(root),
    made: new Date().toISOString(),
    evaluation,
    classes,
    history: history.phases,
    trainingTiming: history.timing,
    config: configYaml(manifest.config),
    commands,
    warnings: [...fewImages(tested), ...evaluated.warnings, ...warnings],
    versions: { ltad: version, bundle: manifest.producer, encoder: manifest.encoder.name, node: process.version },
  };
}

function numbersOf({ data, trained, images }: TestedClass, majority: boolean): Omit<ClassReport, "pictures"> {
  const scores = (good: boolean) => images.filter(({ item }) => isGood(item) === good).map(({ score }) => score);
  return { name: data.name, majority, trained, good: scores(true), defect: scores(false) };
}

function fewImages(tested: readonly TestedClass[]): string[] {
  return tested
    .filter(({ trained }) => trained < few)
    .map(
      ({ data, trained }) =>
        `${data.name} was trained on ${plural(trained, "image")}: with fewer than ${few} the model knows one mean for the whole image, not one for each place.`,
    );
}

/**
 * The heat of one class: from where nine tenths of the good places lie to the highest four in a thousand of all places. Classes differ in scale,
 * most of all those that were trained on few images.
 */
function heatRange({ images }: TestedClass): DisplayRange {
  const values = (some: readonly TestedImage[]) => Float32Array.from(some.flatMap(({ map }) => [...map])).sort();
  const [good, all] = [values(images.filter(({ item }) => isGood(item))), values(images)];
  const low = quantile(good.length > 0 ? good : all, 0.9);
  const high = quantile(all, 0.996);
  return { low, high: high > low ? high : low + 1 };
}

function quantile(sorted: Float32Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
