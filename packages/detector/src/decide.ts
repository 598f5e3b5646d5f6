import type { Manifest } from "./manifest.js";
import { remembered } from "./remembered.js";
import { reachOf } from "./unlike.js";

/** The verdict about an image, and what it is based on. */
export interface Verdict {
  readonly isAnomalous: boolean;
  /** The image is not good when its score is above this. */
  readonly limit: number;
  /** The share of good images that would have this score or a higher one, 0..1. With n known good images it is at least 1 / (n + 1). */
  readonly pValue: number;
  /** Where the limit comes from. "promised": good images of this class; "estimated": those of all classes, because this class has too few; "set": a user. */
  readonly basis: "promised" | "estimated" | "set";
  /** True when the image is too far from its class to be an image of it; then it is not good, whatever its score. */
  readonly isUnlike: boolean;
}

/** A limit, and the share of good images above it. */
export type Limit = Pick<Verdict, "limit" | "basis"> & { readonly falseAlarmRate: number };

type Decision = NonNullable<Manifest["decision"]>;

/**
 * The limit of a class for a rate of false alarms, from the scores of good images that the model was not trained on.
 * With n good images of the class, at most a share alpha of new ones is above the k-th largest score, k = floor(alpha (n + 1)). This holds for any
 * distribution, as long as new images are like the known ones. If k is 0, the scores of all classes, which share one scale, give an estimate, and no
 * score of the class's own good images is above the limit. The rate is 1, which says nothing, if no class has two images.
 * @param label the index of the class in the manifest
 * @param rate alpha, above 0 and below 1; that of the model by default
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
 * Judges an image by its score and, if the model computes it, by its distance to the class.
 * @param label the index of the class in the manifest
 * @param rate the share of good images that may be judged not good; that of the model by default
 * @param distance from the image to its class
 * @returns undefined if the model has no scores of good images
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

/** The k-th largest of ascending scores for k = floor(alpha (n + 1)); undefined if k is 0. */
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
