import { decide, type Limit, limitOf, type Manifest, type Verdict, withLimit } from "@ltad/detector/web";
import type { Judged } from "./judged.js";

/** What the page reads of a manifest. */
export type ModelFacts = Pick<Manifest, "classes" | "decision" | "display" | "features" | "encoder" | "preset" | "producer" | "created">;

/** Limits that were moved on the page, by class. */
export type MovedLimits = Readonly<Record<string, number>>;

type Decision = NonNullable<Manifest["decision"]>;

/** The decision of a model under the limits of the page; undefined for a model that knows no good images. */
export function decisionOf({ classes, decision }: ModelFacts, moved: MovedLimits): Decision | undefined {
  if (!decision) return undefined;
  return classes.reduce((all, { name }, label) => (moved[name] === undefined ? all : withLimit(all, label, moved[name])), decision);
}

/** Judges a score as the model does, under the limits of the page. */
export function verdictOf(facts: ModelFacts, moved: MovedLimits, judged: Judged): Verdict | undefined {
  const decision = decisionOf(facts, moved);
  const label = labelOf(facts, judged.class);
  const verdict = label < 0 ? undefined : decide({ decision }, label, judged.score, undefined, judged.distance);
  return verdict && judged.isUnlike ? { ...verdict, isAnomalous: true, isUnlike: true } : verdict;
}

/** The limit of a class, and the false-alarm rate that it means. */
export function limitFor(facts: ModelFacts, moved: MovedLimits, name: string): Limit | undefined {
  const decision = decisionOf(facts, moved);
  const label = labelOf(facts, name);
  return decision && label >= 0 ? limitOf(decision, label) : undefined;
}

/** Scores of good images of a class that the model did not know, ascending. */
export function goodScores({ classes, decision }: ModelFacts, name: string): readonly number[] {
  return decision?.classes[classes.findIndex((one) => one.name === name)]?.good ?? [];
}

function labelOf({ classes }: ModelFacts, name: string): number {
  return classes.findIndex((one) => one.name === name);
}
