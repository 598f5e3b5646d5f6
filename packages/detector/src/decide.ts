import type { Manifest } from "./manifest.js";
import { remembered } from "./remembered.js";
import { reachOf } from "./unlike.js";

/** Whether an image is good, and what that rests on. */
export interface Verdict {
  readonly isAnomalous: boolean;
  /** The image is not good when its score is above this. */
  readonly limit: number;
  /** Share of good images that would have a score like this or a higher one; at least what the number of known good images can show. */
  readonly pValue: number;
  /** "promised": by good images of this class; "estimated": by those of all classes, as it has too few; "set": the limit was set by hand. */
  readonly basis: "promised" | "estimated" | "set";
  /** Whether the image is further from its class than good images are: then it is not good, whatever its score. */
  readonly isUnlike: boolean;
}

/** A limit, and the share of good images that is above it. */
export type Limit = Pick<Verdict, "limit" | "basis"> & { readonly falseAlarmRate: number };

type Decision = NonNullable<Manifest["decision"]>;

/**
 * The limit of a class for a rate of false alarms, from scores of good images that the model did not know.
 * With n good images of the class, at most a share alpha of new ones lies above the k-th largest score, k = floor(alpha (n + 1)): that holds for
 * any distribution, as long as the new images are like the old ones. Where k is 0, the scores of all classes, which are on one scale, give an
 * estimate, and no score of the class's own good images is above the limit. The rate is 1, which says nothing, where no class has two images.
 * @param label place of the class in the manifest
 * @see Vovk et al., Algorithmic Learning in a Random World (2005), chapter 2
 */
export function limitOf({ classes, falseAlarmRate: usual }: Decision, label: number, rate = usual): Limit {
  const { good, limit } = classes[label]!;
  if (limit !== null) return { limit, basis: "set", falseAlarmRate: pOf(good, limit, true) };
  const own = largest(good, rate);
  if (own !== undefined) return { limit: own, basis: "promised", falseAlarmRate: rate };
  const all = allScores(classes);
  const common = largest(all, rate) ?? all.at(-1) ?? -Infinity;
  return { limit: Math.max(common, good.at(-1) ?? common), basis: "estimated", falseAlarmRate: Math.max(rate, 1 / (all.length + 1)) };
}

/**
 * Judges an image; undefined if the model knows no good images.
 * @param label place of the class in the manifest
 * @param distance of the image to its class, where the model gives it
 */
export function decide(
  { decision }: Pick<Manifest, "decision">,
  label: number,
  score: number,
  rate?: number,
  distance?: number,
): Verdict | undefined {
  if (!decision) return undefined;
  const { limit, basis } = limitOf(decision, label, rate);
  const { good } = decision.classes[label]!;
  const own = pOf(good, score);
  const isEstimated = basis === "estimated" && score > (good.at(-1) ?? -Infinity);
  const pValue = isEstimated ? Math.min(own, pOf(allScores(decision.classes), score)) : own;
  const reach = distance === undefined ? undefined : reachOf(decision, label);
  const isUnlike = reach !== undefined && !(distance! <= reach);
  return { isAnomalous: isUnlike || !(score <= limit), limit, pValue, basis, isUnlike };
}

/** The k-th largest of sorted scores for k = floor(alpha (n + 1)); undefined where that is none. */
function largest(scores: readonly number[], rate: number): number | undefined {
  const k = Math.floor(rate * (scores.length + 1) + 1e-9);
  return k < 1 ? undefined : (scores[scores.length - k] ?? scores[0]);
}

/** (1 + number of good scores at or above) / (1 + number of good scores): the conformal p-value. */
function pOf(scores: readonly number[], score: number, isAbove = false): number {
  const reached = scores.filter((own) => (isAbove ? own > score : own >= score)).length;
  return (1 + reached) / (1 + scores.length);
}

const sortedTogether = remembered((lists) => lists.flatMap((list) => list ?? []).sort((a, b) => a - b));

/** The only image that a class was trained on was scored by a model that knows it, so its score says nothing about new images. */
function allScores(classes: Decision["classes"]): readonly number[] {
  return sortedTogether(classes.map(({ good, recalibrated }) => (good.length === 1 && !recalibrated ? undefined : good)));
}
