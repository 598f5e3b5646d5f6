import { basename } from "node:path";
import { type JobOptions, throwIfAborted, version } from "@ltad/core";
import { isGood } from "@ltad/data";
import { type DisplayRange, rangeFor } from "@ltad/detector";
import { count, foldRemarks, plural } from "@ltad/core/format";
import type { Evaluated } from "../evaluate.js";
import type { TestedClass } from "../tested-image.js";
import { choosePictures } from "./choose-pictures.js";
import { chooseWorst, type WorstPicture } from "./choose-worst.js";
import { configYaml } from "./config-yaml.js";
import { drawPicture, sideFor } from "./draw-picture.js";
import { readHistory } from "./read-history.js";
import type { ClassReport, ReportData } from "./report-data.js";

/** Options of a report. */
export interface ReportOptions extends JobOptions {
  /** The command lines that reproduce the model and the report, which the report shows. */
  readonly commands?: readonly string[];
}

/** Fewer images than this say little about what is normal. */
const few = 4;

/** Chooses and draws the pictures and gathers all that the report shows. */
export async function buildReport(
  { evaluation, tested, curves, warnings, model: { folder, manifest }, dataset }: Evaluated,
  { commands = [], signal, onProgress }: ReportOptions = {},
): Promise<ReportData> {
  const history = await readHistory(folder);
  const chosen = tested.map(({ images }) => choosePictures(images));
  const wrong = chooseWorst(tested, manifest);
  const total = chosen.flat().length + wrong.missed.length + wrong.alarms.length;
  const drawing = (testedClass: TestedClass) => ({
    side: sideFor(total),
    grid: manifest.features.grid,
    range: heatRange(testedClass),
    samples: rangeFor(manifest, testedClass.index),
  });
  const classes: ClassReport[] = [];
  for (const [i, testedClass] of tested.entries()) {
    throwIfAborted(signal);
    const draw = drawing(testedClass);
    const pictures = await Promise.all((chosen[i] ?? []).map((picture) => drawPicture(picture, draw)));
    const { name } = testedClass.data;
    const limit = evaluation.decisions?.find((one) => one.class === name)?.limit;
    const numbers = numbersOf(testedClass, i < Math.ceil(tested.length / 2));
    classes.push({ ...numbers, pictures, curves: curves.get(name) ?? { roc: [], pro: [] }, ...(limit !== undefined && { limit }) });
    onProgress?.({ phase: "report", done: i + 1, total: tested.length, unit: "classes" });
  }
  const drawWorst = ({ class: name, place, ...picture }: WorstPicture) =>
    drawPicture(picture, drawing(tested[place]!)).then((drawn) => ({ ...drawn, class: name }));
  const worst = { missed: await Promise.all(wrong.missed.map(drawWorst)), alarms: await Promise.all(wrong.alarms.map(drawWorst)) };
  return {
    dataset: basename(dataset.root),
    made: new Date().toISOString(),
    evaluation,
    classes,
    worst,
    history: history.phases,
    trainingTiming: history.timing,
    config: configYaml(manifest.config),
    commands,
    warnings: [...fewImages(tested), ...foldRemarks([...warnings, ...dataset.warnings])],
    versions: { ltad: version, bundle: manifest.producer, encoder: manifest.encoder.name, node: process.version },
  };
}

function numbersOf(
  { data, trained, images }: TestedClass,
  majority: boolean,
): Pick<ClassReport, "name" | "majority" | "trained" | "good" | "defect"> {
  const scores = (good: boolean) => images.filter(({ item }) => isGood(item) === good).map(({ score }) => score);
  return { name: data.name, majority, trained, good: scores(true), defect: scores(false) };
}

function fewImages(tested: readonly TestedClass[]): string[] {
  const scarce = tested.filter(({ trained }) => trained < few);
  const hint = `with fewer than ${few}, the model hardly knows how good images of this class differ from each other.`;
  const [first, ...more] = scarce.map(({ data, trained }) => `${data.name} was trained on ${plural(trained, "image")}`);
  if (first === undefined) return [];
  return scarce.length <= 5
    ? [first, ...more].map((said) => `${said}: ${hint}`)
    : [`${first}, and ${count(more.length)} more classes on fewer than ${few}: ${hint}`];
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
