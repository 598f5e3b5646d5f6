import { type FloatArray, float32, type JobOptions, type NdArrays } from "@ltad/core";
import type { Split, SplitClass, Turn } from "@ltad/data";
import { fitStatistics, noSums, sumUp } from "@ltad/features";
import type { GoodImage } from "../bundle/good-scores.js";
import { withTurnedCopies } from "../copies/turned-copies.js";
import { classRow, isOfClass } from "../head/of-class.js";
import { judgedPlaces, judgedText } from "../run/judged-places.js";
import { allJudged, rowOfJudged } from "../run/judged-store.js";
import { checkSeesPatches } from "../run/open-run.js";
import { encodeSet } from "../run/training-set.js";
import { withRanges } from "../run/with-ranges.js";
import { calibrateClass } from "./calibrate-class.js";
import { withRow } from "./class-rows.js";
import { headArraysOf, headConfigOf, momentsOfModel, named, specOf, type TrainedModel } from "./trained-model.js";

export interface FitClassOptions extends JobOptions {
  /** Folder of features. */
  readonly cacheDir: string;
  readonly maxPixels?: number | undefined;
}

/** A class that has been fitted into a model. */
export interface FittedClass {
  /** The arrays of the model, with the class. */
  readonly arrays: NdArrays;
  /** What the scoring graph takes of the class. */
  readonly own: NdArrays;
  readonly good: readonly GoodImage[];
  /** The turned copies that joined it. */
  readonly turns: readonly Turn[];
  /** The range of its 16-bit images. */
  readonly range: number | undefined;
  /** The places that it judges, as model.json has them; undefined where it judges all. */
  readonly judged: string | undefined;
  /** z of its images, each [Dz]. */
  readonly z: readonly Float32Array[];
}

/**
 * Fits one class as a training does: turned copies, statistics, axes and calibration by held-out images. What belongs to all classes stays:
 * means and deviations of the channels, Pi, Phi, and the common spread of scores. No other class changes by a bit.
 * @param label place of the class; behind the last it is a new one
 * @param names its rows of {@link nameClass}; without them it keeps its name
 */
export async function fitClass(
  model: TrainedModel,
  { label, images, names }: { readonly label: number; readonly images: SplitClass; readonly names: NdArrays },
  options: FitClassOptions,
): Promise<FittedClass> {
  const spec = specOf(model);
  const { copies, whitening } = model.config;
  const moments = momentsOfModel(model);
  const places = Math.max(label + 1, model.manifest.classes.length);
  const alone = { protocol: "", seed: 0, classes: Array.from({ length: places }, (_, own) => (own === label ? images : without(own))) };
  const split = await withRanges(alone, options);
  const encoder = { graph: model.graph, spec };
  const row = await judgedRow(model, label, split, options);
  const judged = tableWith(row, label, places);
  const encoded = await encodeSet(split, encoder, { ...options, judged });
  const [none, total] = [noSums(spec), (await sumUp(aloneIn(encoded, label), spec, options))[0]!];
  const ownSums = encoded.counts.map((_, own) => (own === label ? total : none));
  const small = { ...options, encoder, statistics: whitening, upTo: copies.upTo, moments };
  const { set, sums, chosen } = await withTurnedCopies(encoded, { sums: ownSums, folds: [] }, split, small);
  const statistics = await fitStatistics(aloneIn(set, label), [sums[label]!], spec, { ...options, ...whitening, moments });
  const tables = named({ tables: { ...statistics } });
  const arrays = withRow(model.arrays, label, { ...tables, ...names });
  const trained = headArraysOf({ arrays: { ...tables, ...arrays } }); // of the large tables, the class has its own alone
  const held = { ...options, head: headConfigOf(model), statistics: whitening, moments };
  const { rows, good } = await calibrateClass(model, { set, sums, trained, judged: row }, held);
  const z: Float32Array[] = [];
  for (const index of images.train.keys()) z.push((await encoded.store.read(index)).z.data);
  const fitted = withRow(arrays, label, rows);
  const inputs = Object.keys(model.head.inputs).filter(isOfClass);
  const shared = inputs.filter((name) => name in fitted);
  const own = { ...tables, ...classRow(fitted, shared, label) };
  return {
    arrays: fitted,
    own: Object.fromEntries(inputs.map((name) => [name, own[name]!])),
    good,
    turns: chosen[label]!,
    range: split.classes[label]!.train[0]?.range,
    judged: judgedText(row.data),
    z,
  };
}

/** Which places the class judges, [1, N]: by its include mask, else as it did before, else all. */
async function judgedRow(model: TrainedModel, label: number, split: Split, options: FitClassOptions): Promise<FloatArray> {
  const { tokens } = specOf(model);
  const found = await judgedPlaces(split, specOf(model), options);
  if (found) checkSeesPatches(model.config);
  const table = found ?? (model.arrays["calibration.judged"] as FloatArray);
  return label < table.shape[0]! ? float32([1, tokens], rowOfJudged(table, label)) : allJudged(1, tokens);
}

/** A table of several classes in which one has this row; undefined where it judges everything. */
function tableWith(row: FloatArray, label: number, classes: number): FloatArray | undefined {
  if (!row.data.includes(0)) return undefined;
  const table = allJudged(classes, row.data.length);
  table.data.set(row.data, label * row.data.length);
  return table;
}

/** A class whose images are not looked at. */
function without(label: number): SplitClass {
  return { name: String(label), available: 0, train: [] };
}

/** A set that holds images of one class alone, as a set of that class. */
function aloneIn<S extends { readonly labels: readonly number[]; readonly counts: readonly number[] }>(set: S, label: number): S {
  return { ...set, labels: set.labels.map(() => 0), counts: [set.counts[label]!] };
}
