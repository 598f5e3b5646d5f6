import type { Manifest } from "./manifest.js";

type Decision = NonNullable<Manifest["decision"]>;

/** What good images of a class showed; see `decision` of the manifest. */
export interface GoodImages {
  readonly scores: readonly number[];
  /** How far each is from the class; absent from models that do not say it. */
  readonly distances?: readonly number[];
}

/** A decision with another limit of a class. @param limit null: back to the limit that follows from good images */
export function withLimit(decision: Decision, label: number, limit: number | null): Decision {
  return { ...decision, classes: decision.classes.map((entry, own) => (own === label ? { ...entry, limit } : entry)) };
}

/**
 * A decision with other limits of some classes.
 * @param names of the classes, in the order of the class index
 * @param limits by the name of a class, in any spelling of Unicode; names that the model does not have change nothing
 */
export function withLimits(decision: Decision, names: readonly string[], limits: Readonly<Record<string, number>>): Decision {
  const own = names.map((name) => name.normalize("NFC"));
  return Object.entries(limits).reduce((changed, [name, limit]) => {
    const label = own.indexOf(name.normalize("NFC"));
    return label < 0 ? changed : withLimit(changed, label, limit);
  }, decision);
}

/** A decision whose classes have scores of other good images. @param images by place of the class in the manifest */
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

const most = 10_000; // that a manifest takes

/** At most 10,000 of them, at equal distances in order of size. */
function ascending(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length <= most) return sorted;
  return Array.from({ length: most }, (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (most - 1))]!);
}
