import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ClassDecision, Evaluation, RateCheck } from "@ltad/evaluate";

/** What the last `ltad eval` of a model has found about its limits. */
export interface LastEvaluation {
  readonly decisions: readonly ClassDecision[];
  /** Over all classes. */
  readonly check?: RateCheck | undefined;
  /** The model's limits were changed since. */
  readonly isOutdated: boolean;
}

/** Reads metrics.json beside a model; undefined where there is none as `ltad eval` writes it, or of a model without limits. */
export async function lastEvaluation(folder: string): Promise<LastEvaluation | undefined> {
  const found = await readFile(join(folder, "metrics.json"), "utf8").then(partsOf, () => undefined);
  return found && { ...found, isOutdated: await isChangedSince(folder) };
}

/** The classes whose stated rate does not hold, or whose good test images were unlike those of their limit. */
export function doubtedClasses(evaluation: LastEvaluation | undefined): ReadonlySet<string> {
  const usable = evaluation && !evaluation.isOutdated ? evaluation.decisions : [];
  return new Set(usable.filter((one) => one.is_shifted || one.is_exceeded).map((one) => one.class));
}

/** `ltad limits` has written the model after `ltad eval` has read it. */
async function isChangedSince(folder: string): Promise<boolean> {
  const times = ["model.json", "metrics.json"].map((name) =>
    stat(join(folder, name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    ),
  );
  const [model, metrics] = await Promise.all(times);
  return model! > metrics!;
}

function partsOf(text: string): Omit<LastEvaluation, "isOutdated"> | undefined {
  try {
    const { decisions, false_alarm_check: check } = JSON.parse(text) as Partial<Evaluation>;
    if (!Array.isArray(decisions)) return undefined;
    return { check, decisions: decisions.filter((one) => typeof (one as Partial<ClassDecision> | null)?.class === "string") };
  } catch {
    return undefined;
  }
}
