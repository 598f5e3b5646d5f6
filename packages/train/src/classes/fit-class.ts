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
  /** The folder of the feature cache. */
  readonly cacheDir: string;
  readonly maxPixels?: number | undefined;
}

/** A class that has been fitted into a model. */
export interface FittedClass {
  /** The arrays of the model, including the class. */
  readonly arrays: NdArrays;
  /** The tables of the class that the scoring graph takes. */
  readonly own: NdArrays;
  readonly good: readonly GoodImage[];
  /** The turned copies that joined it. */
  readonly turns: readonly Turn[];
  /** The range of its 16-bit images; undefined if they use the whole range. */
  readonly range: number | undefined;
  /** The positions that it judges, in the form of model.json; undefined if it judges all. */
  readonly judged: string | undefined;
  /** The z of each of its images, [Dz]. */
  readonly z: readonly Float32Array[];
}

/**
 * Fits one class as a training does: turned copies, statistics, axes, and calibration by held-out images. What all classes share does not change: the
 * moments of the channels, Pi, Phi, and the common spread of scores. So no other class changes by a bit.
 * @param label the index of the class, or the number of classes for a new one
 * @param names its rows from {@link nameClass}; without them it keeps its name
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
  const trained = headArraysOf({ arrays: { ...tables, ...arrays } }); // of the large tables, only those of the class itself are present
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

/** Which positions the class judges, [1, N]: those of its include mask, or those it judged before, or all. */
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

/** A class without images, as a placeholder. */
function without(label: number): SplitClass {
  return { name: String(label), available: 0, train: [] };
}

/** Turns a set with images of a single class into a set of that class. */
function aloneIn<S extends { readonly labels: readonly number[]; readonly counts: readonly number[] }>(set: S, label: number): S {
  return { ...set, labels: set.labels.map(() => 0), counts: [set.counts[label]!] };
}
