import { evenly, floats, type JobOptions, throwIfAborted } from "@ltad/core";
import {
  type ClassStatistics,
  type ClassSums,
  mergeSums,
  type Moments,
  momentsOf,
  openScatter,
  openStatisticsFit,
  type StatisticsOptions,
} from "@ltad/features";
import type { TrainedHead } from "../head/head-graph.js";
import type { HeadConfig } from "../head/head.js";
import { foldSums, type SetSums } from "../run/fold-sums.js";
import { type Folds, foldsOf, type Member } from "../run/folds.js";
import { seesAll } from "../run/judged-store.js";
import type { TrainingSet } from "../run/training-set.js";
import { classDistance, rowOf } from "./class-distance.js";
import { openFoldScorer, type RawImage } from "./fold-scorer.js";

/** The distances of an image from the classes. */
export interface Distances {
  /** How far it is from the other images of its class; undefined if there are none, or if the class ignores a part of its images. */
  readonly distance?: number;
  /** How far it is from the nearest other class; infinite if there is none. */
  readonly nearestOther: number;
}

/** A good image, scored with statistics that were fitted without it. */
export interface HeldOutImage extends RawImage, Distances {
  readonly label: number;
}

export interface HeldOutOptions extends JobOptions {
  readonly head: HeadConfig;
  readonly statistics: StatisticsOptions;
  /** The moments over the images of all classes, if the set contains only some of them; those of the set by default. */
  readonly moments?: Moments;
  /** The sums of the folds of each class, if they are known. */
  readonly folds?: SetSums["folds"];
}

const mostImages = 256; // at most this many images of a class are scored

/**
 * Scores good images with statistics that were fitted to the other folds of their class, to learn how new images of the class score.
 * The modules, which all classes share, were trained on these images. If a class has a single image, its statistics contain it, and its errors are
 * enlarged by a factor measured on another class.
 * @param set may contain copies, which are in the fold of their image and are not scored
 * @param sums of each class of the set
 */
export async function heldOutImages(
  set: TrainingSet,
  sums: readonly ClassSums[],
  trained: TrainedHead,
  options: HeldOutOptions,
): Promise<HeldOutImage[]> {
  const judge = await openJudge(set, sums, trained, options);
  const images: HeldOutImage[] = [];
  try {
    const factor = set.counts.includes(1) ? await onlyImageFactor(set, judge) : 1;
    for (const [label, total] of sums.entries()) {
      const { folds, members } = foldsOf(set, label);
      const scored = new Set(evenly(members.filter(isOriginal), mostImages));
      const parts = folds > 1 ? (options.folds?.[label] ?? (await judge.sumsOf({ folds, members }))) : [];
      for (let fold = 0; fold < folds; fold++) {
        const others = members.filter((member) => folds === 1 || member.fold !== fold);
        const fitted = await judge.fit(others, folds === 1 ? total : mergeSums([total], [parts[fold]!]), total.images);
        for (const member of [...scored].filter((one) => one.fold === fold)) {
          const { distance, ...scores } = await judge.score(member, fitted, label);
          const errors = folds === 1 ? scores.errors.map((error) => error * factor) : scores.errors;
          images.push({ label, ...scores, errors, ...(folds > 1 && seesAll(set, label) && { distance }) });
        }
        options.onProgress?.({ phase: "calibrate", done: label + (fold + 1) / folds, total: sums.length, unit: "classes" });
      }
    }
    return images;
  } finally {
    await judge.dispose();
  }

  function isOriginal({ index }: Member): boolean {
    return (set.origins?.[index] ?? index) === index;
  }
}

type Judge = Awaited<ReturnType<typeof openJudge>>;

/** Opens a function that fits the statistics of a class to some of its images, and scores others with them. */
async function openJudge(set: TrainingSet, sums: readonly ClassSums[], trained: TrainedHead, options: HeldOutOptions) {
  const { head, statistics, signal } = options;
  const { spec } = head;
  const moments = options.moments ?? momentsOf(sums, spec);
  const scatter = await openScatter(spec.channels);
  const fit = await openStatisticsFit(spec, statistics);
  const scorer = await openFoldScorer(trained, head);
  return {
    sumsOf: (folds: Folds): Promise<ClassSums[]> => foldSums(set.store, folds, { spec, scatter, signal }),
    /**
     * @param total sums of these images
     * @param count of the images of the class, for all of which these ones stand: the gain of the axes grows with the images, and errors would otherwise
     *   be smaller than those of new images
     */
    fit(images: readonly Member[], total: ClassSums, count = total.images): Promise<ClassStatistics> {
      const store = { read: (place: number) => set.store.read(images[place]!.index) };
      const own = { labels: images.map(() => 0), counts: [count], store };
      return fit.of(own, [total], { signal }, moments);
    },
    async score({ index }: Member, fitted: ClassStatistics, label: number): Promise<RawImage & Required<Distances>> {
      throwIfAborted(signal);
      const image = await set.store.read(index);
      const others = set.counts.flatMap((_, other) => (other === label ? [] : [rowOf(trained.tables.classZ, other)]));
      const nearestOther = Math.min(...others.map((classZ) => classDistance(fitted, image.z, classZ)));
      const distance = classDistance(fitted, image.z, fitted.classZ.data);
      const seen = seesAll(set, label) ? image : { ...image, z: { ...image.z, data: floats(fitted.zMean, "zMean") } };
      return { ...(await scorer.score(seen, fitted, label)), distance, nearestOther };
    },
    dispose: async () => void (await Promise.all([scorer.dispose(), fit.dispose(), scatter.dispose()])),
  };
}

/** How much larger the errors of a new image are than those of the only image of a class, measured on the smallest class with two images or more. */
async function onlyImageFactor(set: TrainingSet, judge: Judge): Promise<number> {
  const { counts } = set;
  const label = counts.reduce((best, count, own) => (count > 1 && (best < 0 || count < counts[best]!) ? own : best), -1);
  if (label < 0) return 1;
  const [first, second] = foldsOf(set, label).members as [Member, Member];
  const [total] = await judge.sumsOf({ folds: 1, members: [{ ...first, fold: 0 }] });
  const fitted = await judge.fit([first], total!);
  const [known, fresh] = [await judge.score(first, fitted, label), await judge.score(second, fitted, label)];
  return Math.max(1, sum(fresh.errors) / Math.max(sum(known.errors), Number.MIN_VALUE));
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}
