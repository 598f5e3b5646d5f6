import { difference, type ImageFacts } from "./survey.js";

/** Two images that are the same file, or nearly the same picture. */
export interface Duplicate {
  readonly a: ImageFacts;
  readonly b: ImageFacts;
  readonly isExact: boolean;
  /** Mirrored or turned by a right angle. */
  readonly isTurned?: boolean;
}

/** Part of the usual difference between neighbours of a class below which two images count as one picture. */
const nearShare = 0.2;
/** Grey levels below which they do where there is nothing to compare with, and above which they never do. */
const nearLevels = { few: 0.3, most: 1.5 };

/** Files with the same bytes, each with the first of them. */
export function exactDuplicates(images: readonly ImageFacts[]): Duplicate[] {
  const first = new Map<string, ImageFacts>();
  return images.flatMap((image) => {
    const before = first.get(image.hash);
    if (!before) first.set(image.hash, image);
    return before ? [{ a: before, b: image, isExact: true }] : [];
  });
}

/** Test images of a class that are nearly the same image as one to train on: saved again, resized, or of the same part taken twice. */
export function nearDuplicates(images: readonly ImageFacts[]): Duplicate[] {
  const train = images.filter(({ role }) => role === "train");
  const limit = nearLimit(train);
  return images.flatMap((image) => {
    if (image.role === "train") return [];
    const found = nearest(image, train, limit);
    return found && found.distance < limit && found.image.hash !== image.hash ? [{ a: found.image, b: image, isExact: false }] : [];
  });
}

function nearLimit(train: readonly ImageFacts[]): number {
  if (train.length < 5) return nearLevels.few;
  const sample = evenly(train, 200);
  const usual = median(sample.map((image) => nearest(image, train)?.distance ?? 0));
  return Math.min(nearLevels.most, nearShare * usual);
}

/** The most similar other image. */
export function nearest(
  image: ImageFacts,
  others: readonly ImageFacts[],
  limit = Infinity,
): { readonly image: ImageFacts; readonly distance: number } | undefined {
  let best: { image: ImageFacts; distance: number } | undefined;
  for (const other of others) {
    if (other === image) continue;
    const distance = difference(image.small, other.small, best?.distance ?? limit);
    if (!best || distance < best.distance) best = { image: other, distance };
  }
  return best;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** At most so many, spread over the list. */
export function evenly<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)]!);
}
