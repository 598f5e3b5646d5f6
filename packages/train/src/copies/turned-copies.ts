import type { JobOptions } from "@ltad/core";
import { type Split, type Turn, turns } from "@ltad/data";
import { encodeFiles, type EncodeFilesOptions, type FeatureStore, type FrozenEncoder } from "@ltad/feature-store";
import {
  type ClassSums,
  copyLikelihoods,
  type FeatureSpec,
  mergeSums,
  type Moments,
  momentsOf,
  openScatter,
  type StatisticsOptions,
} from "@ltad/features";
import { seesAll } from "../run/judged-store.js";
import { inMemory, type TrainingSet } from "../run/training-set.js";
import { foldSums, type SetSums } from "../run/fold-sums.js";
import { copiesOf, type CopyOf, type EncodedSplit } from "../run/encoded-split.js";
import { type Folds, foldsOf } from "../run/folds.js";

/** The sets of copies that may be added to a class, from fewest to most. */
const candidates: readonly (readonly Turn[])[] = [[], ["180"], ["mirror", "flip", "180"], ["90", "180", "270"], turns];

export interface TurnedCopiesOptions extends EncodeFilesOptions {
  readonly encoder: FrozenEncoder & { readonly spec: FeatureSpec };
  readonly statistics: StatisticsOptions;
  /** Only classes with at most this many images get copies. */
  readonly upTo: number;
  /** The moments over the images of all classes, if the set contains only some of them; those of the set by default. */
  readonly moments?: Moments;
  /** The encoded images, if other machines have encoded them. */
  readonly encoded?: EncodedSplit;
}

/** A training set with its copies, and its sums with them. */
export interface SetWithCopies extends SetSums {
  readonly set: TrainingSet;
  /** By class, the turns that joined it. */
  readonly chosen: readonly (readonly Turn[])[];
}

/**
 * Adds turned copies of their images to small classes if the copies make held-out images of the class more likely; a copy then counts as an image.
 * A class with a single image gets none, because no image is left to rate them, and neither does a class with an include mask, which is drawn for the
 * original orientation.
 * @param own sums of the images of each class
 * @see docs/method.md, "Recommended settings" 4
 */
export async function withTurnedCopies(
  set: TrainingSet,
  own: SetSums,
  { classes }: Split,
  options: TurnedCopiesOptions,
): Promise<SetWithCopies> {
  const small = smallClasses(set, classes, options);
  const none: Choice[] = own.sums.map((sums, label) => ({ turns: [], sums, folds: own.folds[label] }));
  if (small.files.length === 0) return { set, ...own, chosen: none.map((choice) => choice.turns) };
  const copies = await encodeCopies(small.files, options);
  const choose = await openChoice({ set, own, copies }, options);
  try {
    const choices: Choice[] = [];
    for (const [label, choice] of none.entries()) choices.push(small.has(label) ? await choose.of(label, small.firsts[label]!) : choice);
    const chosen = choices.map((choice) => choice.turns);
    const [sums, folds] = [choices.map((choice) => choice.sums), choices.map((choice) => choice.folds)];
    return { set: joined(set, copies, { chosen, firsts: small.firsts }), sums, folds, chosen };
  } finally {
    await choose.dispose();
  }
}

/** The set with the copies that {@link withTurnedCopies} chose for it before. */
export async function withChosenCopies(
  set: TrainingSet,
  chosen: SetWithCopies["chosen"],
  { classes }: Split,
  options: TurnedCopiesOptions,
): Promise<TrainingSet> {
  if (chosen.every((own) => own.length === 0)) return set;
  const { files, firsts } = smallClasses(set, classes, options);
  return joined(set, await encodeCopies(files, options), { chosen, firsts });
}

/** The classes that may get copies, all copies of their images, and the place of each class's first copy among them. */
function smallClasses(set: TrainingSet, classes: Split["classes"], { encoded, upTo }: TurnedCopiesOptions) {
  const has = (label: number) =>
    set.counts[label]! > 1 && set.counts[label]! <= upTo && (encoded?.classes[label]!.hasCopies ?? true) && seesAll(set, label);
  const files = classes.flatMap(({ train }, label) =>
    has(label) ? train.flatMap(({ id, file, range }) => turns.map((turn): CopyOf => ({ id, label, file, range, turn }))) : [],
  );
  const firsts = classes.map((_, label) => turns.length * total(set.counts.filter((__, other) => other < label && has(other))));
  return { has, files, firsts };
}

async function encodeCopies(files: readonly CopyOf[], options: TurnedCopiesOptions): Promise<FeatureStore> {
  const { encoded, encoder } = options;
  const onProgress: JobOptions["onProgress"] = (progress) => options.onProgress?.({ ...progress, phase: "copies" });
  return inMemory(encoded ? copiesOf(files, encoded) : await encodeFiles(files, encoder, { ...options, onProgress }));
}

interface Choice {
  readonly turns: readonly Turn[];
  readonly sums: ClassSums;
  readonly folds: SetSums["folds"][number];
}

interface Sources {
  readonly set: TrainingSet;
  readonly own: SetSums;
  readonly copies: FeatureStore;
}

/** The copies that fit a class. The channels' deviations are those of all images of all classes, as they are. */
async function openChoice({ set, own, copies }: Sources, options: TurnedCopiesOptions) {
  const { encoder, statistics, signal } = options;
  const { spec } = encoder;
  const { deviation } = (options.moments ?? momentsOf(own.sums, spec)).patch;
  const scatter = await openScatter(spec.channels);
  return {
    /** @param first place of the class's first copy in the store: five turns of the first image, then of the second one, and so on */
    async of(label: number, first: number): Promise<Choice> {
      const folds = foldsOf(set, label, () => 3);
      const sumsOf = (store: FeatureStore, members: Folds["members"]) => foldSums(store, { ...folds, members }, { spec, scatter, signal });
      const known = own.folds[label];
      const isSame = known?.length === folds.folds;
      const images = isSame ? known : await sumsOf(set.store, folds.members);
      const turned: [Turn, ClassSums[]][] = [];
      for (const [place, turn] of turns.entries()) {
        const members = folds.members.map(({ fold }, image) => ({ fold, index: first + image * turns.length + place }));
        turned.push([turn, await sumsOf(copies, members)]);
      }
      const byTurn = Object.fromEntries(turned) as Record<Turn, ClassSums[]>;
      const likelihoods = await copyLikelihoods({ images, copies: byTurn }, candidates, { ...statistics, deviation, scatter });
      const best = candidates[likelihoods.indexOf(Math.max(...likelihoods))]!;
      const joinedFolds = () => images.map((sums, fold) => mergeSums([sums, ...best.map((turn) => byTurn[turn][fold]!)]));
      return {
        turns: best,
        sums: mergeSums([own.sums[label]!, ...best.flatMap((turn) => byTurn[turn])]),
        folds: best.length === 0 ? known : isSame ? joinedFolds() : undefined,
      };
    },
    dispose: () => scatter.dispose(),
  };
}

/** The set with the chosen copies behind its images. */
function joined(
  set: TrainingSet,
  copies: FeatureStore,
  { chosen, firsts }: { readonly chosen: readonly (readonly Turn[])[]; readonly firsts: readonly number[] },
): TrainingSet {
  const images = set.counts.map((_, label) => set.labels.flatMap((own, index) => (own === label ? [index] : [])));
  const added = chosen.flatMap((kinds, label) =>
    Array.from({ length: set.counts[label]! }, (_, image) =>
      kinds.map((turn) => ({
        label,
        copy: firsts[label]! + image * turns.length + turns.indexOf(turn),
        origin: images[label]![image]!,
      })),
    ).flat(),
  );
  const count = set.labels.length;
  return {
    ...set,
    labels: [...set.labels, ...added.map(({ label }) => label)],
    origins: [...set.labels.keys(), ...added.map(({ origin }) => origin)],
    counts: set.counts.map((count, label) => count * (1 + chosen[label]!.length)),
    store: { read: (index) => (index < count ? set.store.read(index) : copies.read(added[index - count]!.copy)) },
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
