import { type FloatArray, float32, type JobOptions, type NdArrays } from "@ltad/core";
import type { Split, SplitClass, Turn } from "@ltad/data";
import { fitStatistics, noSums, sumUp } from "@ltad/features";
import type { GoodImage } from "../bundle/good-scores.js";
import { withTurnedCopies } from "../copies/turned-copies.js";
import { judgedPlaces, judgedText } from "../run/judged-places.js";
import { rowOfJudged } from "../run/judged-store.js";
import { encodeSet } from "../run/training-set.js";
import { withRanges } from "../run/with-ranges.js";
import { calibrateClass } from "./calibrate-class.js";
import { withJudged, withRow } from "./class-rows.js";
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
  const { set, sums, chosen } = await withTurnedCopies(encoded, ownSums, split, small);
  const statistics = await fitStatistics(aloneIn(set, label), [sums[label]!], spec, { ...options, ...whitening, moments });
  const known = withJudged(model.arrays, label, row, model.manifest.classes.length);
  const arrays = withRow(known, label, { ...named({ tables: { ...statistics } }), ...names });
  const trained = headArraysOf({ arrays });
  const held = { ...options, head: headConfigOf(model), statistics: whitening, moments };
  const { rows, good } = await calibrateClass(model, { set, sums, trained, judged: row.data.includes(0) ? row : undefined }, held);
  const z: Float32Array[] = [];
  for (const index of images.train.keys()) z.push((await encoded.store.read(index)).z.data);
  const range = split.classes[label]!.train[0]?.range;
  return { arrays: withRow(arrays, label, rows), good, turns: chosen[label]!, range, judged: judgedText(row.data), z };
}

/** Which places the class judges, [1, N]: by its include mask, else as it did before, else all. */
async function judgedRow(model: TrainedModel, label: number, split: Split, options: FitClassOptions): Promise<FloatArray> {
  const spec = specOf(model);
  const found = await judgedPlaces(split, spec, options);
  const before = model.arrays["calibration.judged"];
  if (found) return float32([1, spec.tokens], rowOfJudged(found, label));
  if (before && label < before.shape[0]!) return float32([1, spec.tokens], rowOfJudged(before as FloatArray, label));
  return float32([1, spec.tokens], new Float32Array(spec.tokens).fill(1));
}

/** A table of several classes in which one has this row; undefined where it judges everything. */
function tableWith(row: FloatArray, label: number, classes: number): FloatArray | undefined {
  if (!row.data.includes(0)) return undefined;
  const table = float32([classes, row.data.length], new Float32Array(classes * row.data.length).fill(1));
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
