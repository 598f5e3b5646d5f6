import { LtadError } from "@ltad/core/browser";
import { check, fields, func, having, listOf, number, optional, type Rule, string, whole } from "@ltad/core/check";
import type { ImageScores, ScoredImage } from "../image/image-scores.js";
import { rank } from "../ranking/rank.js";
import type { Ranking } from "../ranking/ranking.js";

/** A source of random whole numbers; `createRng(seed)` of `@ltad/core` is one. */
export interface Integers {
  /** Uniform in [0, n). */
  integer(n: number): number;
}

/** How a bootstrap draws its samples. */
export interface BootstrapOptions {
  readonly rng: Integers;
  /** The number of samples; 2,000 by default. At least 2 / (1 - confidence). */
  readonly repeats?: number;
  /** The share of the samples inside the interval, above 0 and below 1; 0.95 by default. */
  readonly confidence?: number;
}

/** A percentile interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Intervals of a metric for each class and for means over classes; null where a class lacks good or defective images. */
export interface ClassIntervals {
  readonly classes: ReadonlyMap<string, Interval | null>;
  readonly avg: Interval | null;
  readonly high: Interval | null;
  readonly low: Interval | null;
}

const share: Rule = number(0, 1);

/** What {@link BootstrapOptions} must be. */
export const bootstrapRule = fields({
  rng: having("a source of random numbers, such as createRng(1)", "integer"),
  repeats: optional(whole()),
  confidence: optional(share),
});

/**
 * Bootstrap intervals of an image metric. Each sample draws, in each class, as many good and as many defective images as there are, with replacement;
 * Avg, High and Low are means over the classes of the same sample. The intervals show how much other test images would change the numbers, and
 * not how much another training would.
 * @param perClass image scores of each class; a class without good or without defective images is left out of the means
 * @param order classes from most to least training images; High is the first half, rounded up, and Low is the rest
 * @param metric such as {@link auroc}
 * @throws LtadError what the metric throws, `LTAD_CONFIG` for an unknown class or too few repeats
 */
export function bootstrapClasses(
  perClass: ReadonlyMap<string, Pick<ImageScores, "images">>,
  order: readonly string[],
  metric: (ranking: Ranking) => number,
  options: BootstrapOptions,
): ClassIntervals {
  const given = { perClass, order, metric, options };
  check("bootstrapClasses", given, { perClass: having("a Map", "get"), order: listOf(string), metric: func, options: bootstrapRule });
  const unknown = order.find((name) => !perClass.has(name));
  if (unknown !== undefined) {
    const received = [...perClass.keys()].join(", ");
    throw new LtadError(
      "LTAD_CONFIG",
      `bootstrapClasses: order: expected classes of the scores, received ${unknown}; they have ${received}.`,
    );
  }
  const sides = order.map((name) => sidesOf(perClass.get(name)?.images ?? []));
  const usable = order.map((_, k) => (sides[k]?.good.length ?? 0) > 0 && (sides[k]?.defective.length ?? 0) > 0);
  const half = Math.ceil(order.length / 2);
  const draws = Array.from({ length: repeatsOf(options) }, () =>
    sides.map((side, k) => (usable[k] ? metric(drawn(side, options.rng)) : Number.NaN)),
  );
  const meanOf = (from: number, to: number) => {
    const used = order.map((_, k) => k).filter((k) => k >= from && k < to && usable[k]);
    if (used.length === 0) return null;
    return percentiles(
      draws.map((values) => used.reduce((sum, k) => sum + values[k]!, 0) / used.length),
      options,
    );
  };
  return {
    classes: new Map(order.map((name, k) => [name, meanOf(k, k + 1)])),
    avg: meanOf(0, order.length),
    high: meanOf(0, half),
    low: meanOf(half, order.length),
  };
}

interface Sides {
  readonly good: readonly number[];
  readonly defective: readonly number[];
}

function sidesOf(images: readonly ScoredImage[]): Sides {
  const of = (side: boolean) => images.filter(({ anomaly }) => anomaly === side).map(({ score }) => score);
  return { good: of(false), defective: of(true) };
}

function drawn({ good, defective }: Sides, rng: Integers): Ranking {
  const draw = (scores: readonly number[]) => scores.map(() => scores[rng.integer(scores.length)]!);
  const scores = [...draw(good), ...draw(defective)];
  return rank(
    scores,
    scores.map((_, i) => i >= good.length),
  );
}

/** The number of samples. @throws LtadError `LTAD_CONFIG` when they are too few to cut off both ends */
export function repeatsOf({ repeats = 2000, confidence = 0.95 }: BootstrapOptions): number {
  if (!(confidence > 0 && confidence < 1))
    throw new LtadError("LTAD_CONFIG", `confidence: expected above 0 and below 1, received ${confidence}.`);
  if (Number.isSafeInteger(repeats) && repeats * (1 - confidence) >= 2) return repeats;
  throw new LtadError("LTAD_CONFIG", `repeats: expected at least ${Math.ceil(2 / (1 - confidence))}, received ${repeats}.`);
}

/** The interval that leaves out as many samples above as below, with linear interpolation between samples. */
export function percentiles(samples: readonly number[], { confidence = 0.95 }: BootstrapOptions): Interval {
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const [a, b] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
    return a + (b - a) * (place - below);
  };
  return { low: at((1 - confidence) / 2), high: at((1 + confidence) / 2) };
}
