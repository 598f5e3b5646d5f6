import { basename } from "node:path";
import { type JobOptions, throwIfAborted, version } from "@ltad/core";
import { isGood } from "@ltad/data";
import type { Detector, DisplayRange } from "@ltad/detector";
import { configYaml } from "./config-yaml.js";
import type { Evaluated, TestedClass } from "../evaluate-model.js";
import { plural } from "@ltad/core/format";
import { choosePictures } from "./choose-pictures.js";
import { drawPicture, sideFor } from "./draw-picture.js";
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
 * The heat of one class, from its good test images: clear below the highest two in a hundred of their places, strongest at five times
 * as far above their median as the highest one in a thousand. Classes differ in scale, most of all those that were trained on few images.
 */
function heatRange({ images }: TestedClass): DisplayRange {
  const good = images.filter(({ item }) => isGood(item));
  const values = Float32Array.from((good.length > 0 ? good : images).flatMap(({ map }) => [...map])).sort();
  const [median, low, top] = [quantile(values, 0.5), quantile(values, 0.98), quantile(values, 0.999)];
  return { low, high: Math.max(low + 1e-6, median + 5 * (top - median)) };
}

function quantile(sorted: Float32Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
