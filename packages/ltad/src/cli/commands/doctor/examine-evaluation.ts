import { short } from "@ltad/core/format";
import type { ClassDecision, RateCheck } from "@ltad/evaluate";
import { lastEvaluation } from "../../../last-evaluation.js";
import { type Finding, note, ok } from "./finding.js";

const remedy =
  "No false-alarm rate is promised for these classes. Recompute their limits from new good images: ltad limits MODEL --from FOLDER.";

/**
 * Whether the good test images of the last `ltad eval` were like those that the limits come from, and whether their false alarms fit the stated
 * rates; nothing without an evaluation.
 */
export async function examineEvaluation(folder: string): Promise<Finding[]> {
  const evaluation = await lastEvaluation(folder);
  const compared = evaluation?.decisions.filter(({ shift_p_value: p }) => p !== null) ?? [];
  if (compared.length === 0) return [];
  if (evaluation!.isOutdated)
    return [
      note("test images", "the model's limits were changed after the last evaluation", "Run ltad eval MODEL DATA again to test them."),
    ];
  return [likeness(compared), ...rates(evaluation!.decisions, evaluation!.check)];
}

function likeness(compared: readonly ClassDecision[]): Finding {
  const shifted = compared.filter((one) => one.is_shifted);
  if (shifted.length === 0) return ok("test images", "good test images are like the good images that the limits come from");
  const classes = shifted.map(({ class: name, shift_p_value: p }) => `${name} (p ${p! < 0.001 ? "< 0.001" : `= ${p!.toPrecision(1)}`})`);
  return note("test images", `good test images differ from the good images that the limits come from: ${classes.join(", ")}`, remedy);
}

/** Nothing for an evaluation that did not test the rates. */
function rates(decisions: readonly ClassDecision[], check: RateCheck | undefined): Finding[] {
  if (!check) return [];
  const exceeded = decisions.filter((one) => one.is_exceeded);
  const said = (name: string, alarms: number, good: number, rate: number) =>
    `${name} (stated ${short(100 * rate)} %, observed ${alarms} of ${good})`;
  const all = said("all classes", check.false_alarms, check.good, check.stated);
  if (exceeded.length === 0 && !check.is_exceeded) return [ok("false alarms", `the stated rates hold on good test images: ${all}`)];
  const classes = exceeded.map((one) => said(one.class, one.false_alarms, one.good, one.false_alarm_rate));
  return [note("false alarms", `more than stated: ${[...classes, ...(check.is_exceeded ? [all] : [])].join(", ")}`, remedy)];
}
