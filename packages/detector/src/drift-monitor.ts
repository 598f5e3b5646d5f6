import { type ClassUsual, middle, type Usual, windowSize } from "./usual.js";

/** How one quantity of recent images compares with that of good ones. */
export interface Shift {
  /** The median of the good images, and of the recent ones. */
  readonly usual: number;
  readonly recent: number;
  /** The share of recent images above the median of the good ones, 0..1; about a half if nothing has changed. */
  readonly above: number;
  /** The direction in which the recent images have moved; null while they are like the good ones. */
  readonly direction: "higher" | "lower" | null;
}

/** How the recent images of a class compare with its good images. */
export interface Drift {
  readonly class: string;
  /** How many recent images are compared; at most the last 50. */
  readonly images: number;
  /** True when they differ from good images; null while there are too few of either. */
  readonly isDrifting: boolean | null;
  readonly score?: Shift;
  readonly distance?: Shift;
}

/** Compares recent images with good ones, class by class. */
export interface DriftMonitor {
  /** Adds an image. @param name of the class; an unknown class is ignored @param distance of the image to its class */
  add(name: string, score: number, distance?: number | null): void;
  /** The drift of a class; undefined before its first image. */
  of(name: string): Drift | undefined;
  /** The drift of all classes that had an image. */
  all(): Drift[];
}

/** The last values of a class; a new value overwrites the oldest. */
interface Recent {
  readonly usual: ClassUsual;
  readonly scores: Float64Array;
  readonly distances: Float64Array;
  count: number;
}

/**
 * Detects that the light, the camera or the product has changed, by comparing the last 50 images of each class with the good images that the model
 * knows. Up to a tenth of the recent images may have defects. A class takes 800 bytes of memory.
 * @param usual see {@link usualOf}
 */
export function createDriftMonitor(usual: readonly ClassUsual[]): DriftMonitor {
  const recent = new Map<string, Recent>();
  const known = new Map(usual.map((one) => [one.name, one]));
  const of = (name: string) => {
    const found = recent.get(name);
    return found && driftOf(found);
  };
  return {
    add(name, score, distance) {
      const own = known.get(name);
      if (!own) return;
      const found = recent.get(name) ?? {
        usual: own,
        scores: new Float64Array(windowSize),
        distances: new Float64Array(windowSize),
        count: 0,
      };
      recent.set(name, found);
      found.scores[found.count % windowSize] = score;
      found.distances[found.count % windowSize] = distance ?? Number.NaN;
      found.count++;
    },
    of,
    all: () => [...recent.keys()].map((name) => of(name)!),
  };
}

function driftOf({ usual, scores, distances, count }: Recent): Drift {
  const images = Math.min(count, windowSize);
  const score = usual.score && shiftOf(usual.score, scores.slice(0, images));
  const distance = usual.distance && shiftOf(usual.distance, distances.slice(0, images));
  const isKnown = images === windowSize && (score ?? distance) !== undefined;
  const isDrifting = [score, distance].some((shift) => shift && shift.direction !== null);
  return { class: usual.name, images, isDrifting: isKnown ? isDrifting : null, ...(score && { score }), ...(distance && { distance }) };
}

/** The shift of one quantity; undefined if a value is missing. */
function shiftOf({ median, low, high, least }: Usual, values: Float64Array): Shift | undefined {
  if (values.length === 0 || values.some(Number.isNaN)) return undefined;
  const share = (isIn: (value: number) => boolean) => values.filter(isIn).length;
  const isFull = values.length === windowSize;
  const isHigher = isFull && share((value) => value > high) >= least;
  const isLower = isFull && share((value) => value < low) >= least;
  return {
    usual: median,
    recent: middle(values.toSorted()),
    above: share((value) => value > median) / values.length,
    direction: isHigher ? "higher" : isLower ? "lower" : null,
  };
}
