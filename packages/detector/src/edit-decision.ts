import type { Manifest } from "./manifest.js";

type Decision = NonNullable<Manifest["decision"]>;

/** The scores of good images of a class; see `decision` of the manifest. */
export interface GoodImages {
  readonly scores: readonly number[];
  /** How far each image is from the class; missing if the model does not compute it. */
  readonly distances?: readonly number[];
}

/** Returns a decision with another limit for a class. @param limit null restores the limit that follows from good images */
export function withLimit(decision: Decision, label: number, limit: number | null): Decision {
  return { ...decision, classes: decision.classes.map((entry, own) => (own === label ? { ...entry, limit } : entry)) };
}

/**
 * Returns a decision with other limits for some classes.
 * @param names of the classes, in the order of the class index
 * @param limits by the name of a class, in any Unicode normalisation; unknown names have no effect
 */
export function withLimits(decision: Decision, names: readonly string[], limits: Readonly<Record<string, number>>): Decision {
  const own = names.map((name) => name.normalize("NFC"));
  return Object.entries(limits).reduce((changed, [name, limit]) => {
    const label = own.indexOf(name.normalize("NFC"));
    return label < 0 ? changed : withLimit(changed, label, limit);
  }, decision);
}

/** Returns a decision with the scores of other good images for some classes. @param images by the index of the class in the manifest */
export function withGoodImages(decision: Decision, images: ReadonlyMap<number, GoodImages>): Decision {
  const classes = decision.classes.map((entry, label) => {
    const found = images.get(label);
    if (!found) return entry;
    const { scores, distances } = found;
    return {
      ...entry,
      good: ascending(scores),
      recalibrated: true as const,
      ...(distances && { distances: ascending(distances) }),
    };
  });
  return { ...decision, classes };
}

const most = 10_000; // a manifest accepts no more scores of a class

/** The values in ascending order; of more than 10,000, so many at equal distances in that order. */
function ascending(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length <= most) return sorted;
  return Array.from({ length: most }, (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (most - 1))]!);
}
