import { evenly, median } from "./duplicates.js";
import { residualsOf } from "./residuals.js";
import type { ImageFacts } from "./survey.js";

/** A test image that is one of the training images of its class, changed. */
export interface ChangedCopy {
  readonly train: ImageFacts;
  readonly test: ImageFacts;
  /** Mirrored or turned by a right angle. */
  readonly isTurned: boolean;
}

/** Part of what is usual between images of a class below which two count as one picture; less in the seven positions that also are tried. */
const copyShare = { upright: 0.45, turned: 0.15 };
/** Fewer training images than this do not say what is usual among them. */
const fewest = 5;
/** Pairs of images that are compared, and those that are compared in all eight positions: more take too long. */
const mostPairs = { all: 2e7, turned: 3e5 };

/** Whether a class is too large for {@link changedCopies}. */
export function isTooLarge(train: number, test: number): boolean {
  return train * test > mostPairs.all;
}

/**
 * Test images of one class that are training images saved again: smaller, as a JPEG, lighter, with another contrast, cut, moved a little, mirrored or
 * turned. They are told by what sets an image apart from the mean of its class: two images of different parts hardly have that in common, and what is
 * usual for the class says how much. The distance of two is 1 - correlation, 0 for the same picture.
 */
export function changedCopies(images: readonly ImageFacts[]): ChangedCopy[] {
  const [train, test] = [images.filter(({ role }) => role === "train"), images.filter(({ role }) => role !== "train")];
  if (train.length === 0 || test.length === 0 || isTooLarge(train.length, test.length)) return [];
  const residual = residualsOf(train.length < fewest ? images : train);
  const known = train.map((image) => residual(image.small));
  const found = test.map((image) => nearest(residual(image.small), known));
  const usual = usualDistance(
    known,
    found.map(({ distance }) => distance),
  );
  const canTurn = train.length * test.length <= mostPairs.turned;
  return test.flatMap((image, i): ChangedCopy[] => {
    const { distance, place, standsOut } = found[i]!;
    if (distance < copyShare.upright * usual || standsOut) return [{ train: train[place]!, test: image, isTurned: false }];
    if (!canTurn) return [];
    const turned = residual.turned(image.small).map((one) => nearest(one, known));
    const best = turned.reduce((a, b) => (b.distance < a.distance ? b : a));
    return best.distance < copyShare.turned * usual ? [{ train: train[best.place]!, test: image, isTurned: true }] : [];
  });
}

/**
 * What is usual between images of a class: the lower twentieth of the distances between neighbours among the training images, or, where a few of
 * these are twins, half of the usual distance of a test image, but not more than that of training images.
 */
function usualDistance(known: readonly Float32Array[], tested: readonly number[]): number {
  const ofTest = median(tested) / 2;
  if (known.length < fewest) return ofTest;
  const among = evenly(known, 200).map((one) => nearest(one, known).distance);
  return Math.max(among.toSorted((a, b) => a - b)[Math.floor(among.length / 20)]!, Math.min(ofTest, median(among)));
}

/** The most similar training image. */
interface Nearest {
  readonly distance: number;
  readonly place: number;
  /** It is far more similar than the next one. */
  readonly standsOut: boolean;
}

function nearest(one: Float32Array, others: readonly Float32Array[]): Nearest {
  const alike = others.map((other, place) => ({ place, by: other === one ? -1 : dot(one, other) })).sort((a, b) => b.by - a.by);
  return { distance: 1 - alike[0]!.by, place: alike[0]!.place, standsOut: standsOut(alike.map(({ by }) => by)) };
}

/** Images with fewer others than this do not say how much chance makes alike. */
const fewestOthers = 20;
/** Robust deviations of the most similar one above the middle, and above the next one. */
const outstanding = { middle: 4.5, next: 3.5 };

function standsOut(ordered: readonly number[]): boolean {
  if (ordered.length < fewestOthers) return false;
  const middle = median(ordered.slice(3));
  const deviation = 1.4826 * median(ordered.slice(3).map((value) => Math.abs(value - middle)));
  const [first, second] = [ordered[0]!, ordered[1]!];
  return first - middle > outstanding.middle * deviation && first - second > outstanding.next * deviation;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
