import { short } from "@ltad/core/format";
import type { ClassDecision } from "./class-decisions.js";

/**
 * What share of good images lies above the limit of a class, in few words: "at most 1 %", "about 1 %". No rate where the good test images differ
 * from those that the limit comes from or no class has two good images, and "more than 1 %" where they raise more alarms than was stated.
 */
export function promiseOf({ basis, false_alarm_rate, is_shifted, is_exceeded }: ClassDecision): string {
  if (is_shifted) return "not known";
  if (basis === "set") return "set by hand";
  if (false_alarm_rate >= 1) return "not known";
  const rate = `${short(100 * false_alarm_rate)} %`;
  if (is_exceeded) return `more than ${rate}`;
  return `${basis === "promised" ? "at most" : "about"} ${rate}`;
}
