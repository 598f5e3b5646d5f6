import { evenly, median } from "./duplicates.js";
import { residualsOf, type Residual } from "./residuals.js";
import { type ImageFacts } from "./survey.js";

/** A test image that is one of the training images of its class, changed. */
export interface ChangedCopy {
  readonly train: ImageFacts;
  readonly test: ImageFacts;
  /** Mirrored or turned by a right angle. */
  readonly isTurned: boolean;
}

/** Part of what is usual between images of a class below which two count as one picture; less in the seven positions that also are tried. */
const copyShare = { upright: 0.33, turned: 0.15 };
/** Fewer training images than this do not say what is usual among them. */
const fewest = 5;
/** Pairs of images that are compared, and those that are compared in all eight positions: more take too long. */
const mostPairs = { all: 2e8, turned: 3e5 };

/** Whether a class is too large for {@link changedCopies}. */
export function isTooLarge(train: number, test: number): boolean {
  return train * test > mostPairs.all;
}

/**
 * Test images of one class that are training images saved again: smaller, as a JPEG, lighter, with another contrast, cut, moved a little, mirrored or
 * turned. They are told by what sets an image apart from the mean of its class: two images of different parts hardly have that in common, and what is
 * usual for the class says how much. u = 1 - correlation of two such residuals is 0 for the same picture.
 */
export function changedCopies(images: readonly ImageFacts[]): ChangedCopy[] {
  const [train, test] = [images.filter(({ role }) => role === "train"), images.filter(({ role }) => role !== "train")];
  if (train.length === 0 || test.length === 0 || isTooLarge(train.length, test.length)) return [];
  const residual = residualsOf(images);
  const known = train.map((image) => residual(image.small));
  const found = test.map((image) => nearest(residual(image.small), known));
  const usual = usualDistance(
    known,
    found.map(({ u }) => u),
  );
  const canTurn = train.length * test.length <= mostPairs.turned;
  return test.flatMap((image, i): ChangedCopy[] => {
    const { u, place } = found[i]!;
    if (u < copyShare.upright * usual) return [{ train: train[place]!, test: image, isTurned: false }];
    if (!canTurn) return [];
    const turned = residual.turned(image.small).map((one) => nearest(one, known));
    const best = turned.reduce((a, b) => (b.u < a.u ? b : a));
    return best.u < copyShare.turned * usual ? [{ train: train[best.place]!, test: image, isTurned: true }] : [];
  });
}

/**
 * What is usual between images of a class: the lower twentieth of the distances between neighbours among the training images, or, where a few of
 * these are twins, half of the usual distance of a test image, but not more than that of training images.
 */
function usualDistance(known: readonly Residual[], tested: readonly number[]): number {
  const ofTest = median(tested) / 2;
  if (known.length < fewest) return ofTest;
  const among = evenly(known, 200).map((one) => nearest(one, known).u);
  return Math.max(among.toSorted((a, b) => a - b)[Math.floor(among.length / 20)]!, Math.min(ofTest, median(among)));
}

/** Neighbours on the coarse picture that are compared on the fine one. */
const candidates = 8;

/** The most similar other residual. */
function nearest(one: Residual, others: readonly Residual[]): { readonly u: number; readonly place: number } {
  const best: { coarse: number; place: number }[] = [];
  for (let place = 0; place < others.length; place++) {
    if (others[place] === one) continue;
    const coarse = dot(one.coarse, others[place]!.coarse);
    if (best.length === candidates && coarse <= best.at(-1)!.coarse) continue;
    best.push({ coarse, place });
    best.sort((a, b) => b.coarse - a.coarse);
    if (best.length > candidates) best.pop();
  }
  let nearestSoFar = { u: Infinity, place: -1 };
  for (const { place } of best) {
    const u = 1 - dot(one.fine, others[place]!.fine);
    if (u < nearestSoFar.u) nearestSoFar = { u, place };
  }
  return nearestSoFar;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
