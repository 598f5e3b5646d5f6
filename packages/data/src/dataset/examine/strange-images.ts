import { evenly, median, nearest } from "./duplicates.js";
import { difference, type ImageFacts, side } from "./survey.js";

/** Fewer images than this say nothing about what is usual. */
const fewest = 8;
const farDeviations = 8;

/**
 * Training images of one class that look unlike all others of it: another product, another light, no part at all. They are found by small pictures,
 * so that a small defect among the good images is not.
 * @returns the strangest first
 */
export function strangeImages(train: readonly ImageFacts[]): ImageFacts[] {
  if (train.length < fewest) return [];
  const usual = medianPicture(evenly(train, 200));
  const others = evenly(train, 1000);
  const measures = [train.map(({ small }) => difference(small, usual)), train.map((image) => nearest(image, others)?.distance ?? 0)].map(
    deviations,
  );
  const strangeness = train.map((_, i) => Math.max(measures[0]![i]!, measures[1]![i]!));
  return train
    .map((image, i) => ({ image, far: strangeness[i]! }))
    .filter(({ far }) => far > farDeviations)
    .sort((a, b) => b.far - a.far)
    .map(({ image }) => image);
}

/** How many robust deviations above the median each value is. */
function deviations(values: readonly number[]): number[] {
  const middle = median(values);
  const spread = 1.4826 * median(values.map((value) => Math.abs(value - middle))) + 0.1 * middle + 0.1;
  return values.map((value) => (value - middle) / spread);
}

function medianPicture(images: readonly ImageFacts[]): Uint16Array {
  const picture = new Uint16Array(side * side);
  for (let i = 0; i < picture.length; i++) picture[i] = median(images.map(({ small }) => small[i]!));
  return picture;
}
