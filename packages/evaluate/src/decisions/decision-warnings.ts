import type { Manifest } from "@ltad/detector";
import type { ClassDecision } from "./class-decisions.js";
import { checkRates, observed, pText } from "./rate-check.js";

const remedy = "recalibrate with `ltad limits --from`";
const until = "Until then no false-alarm rate is promised for this class.";

/** The limits that promise nothing about good test images, in words: class by class, and over all of them. */
export function decisionWarnings(decisions: readonly ClassDecision[], manifest: Manifest): string[] {
  const classes = decisions.flatMap((one) => {
    if (one.is_shifted) return [shifted(one, manifest)];
    return one.is_exceeded ? [`${one.class}: the false-alarm rate does not hold: ${rateOf(one)}; ${remedy}. ${until}`] : [];
  });
  const all = checkRates(decisions);
  if (!all?.is_exceeded || decisions.length === 1) return classes;
  return [...classes, `All classes: the false-alarm rate does not hold: ${observed(all)}; ${remedy}.`];
}

function shifted(one: ClassDecision, { classes, decision }: Manifest): string {
  const entry = decision?.classes[classes.findIndex(({ name }) => name === one.class)];
  const known = entry?.recalibrated ? "the good images that its limit comes from" : "your good training images";
  const came = one.is_exceeded ? ` False alarms: ${rateOf(one)}.` : "";
  return `${one.class}: your good test images differ from ${known}: p ${pText(one.shift_p_value!)}; ${remedy}.${came} ${until}`;
}

function rateOf({ false_alarm_rate: stated, good, false_alarms, false_alarm_p_value }: ClassDecision): string {
  return observed({ stated, good, false_alarms, p_value: false_alarm_p_value! });
}
