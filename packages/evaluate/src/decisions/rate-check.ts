import { short } from "@ltad/core/format";
import { binomialTail } from "@ltad/metrics";
import type { ClassDecision } from "./class-decisions.js";

/** Whether the stated false-alarm rates hold, over all classes that state one. */
export interface RateCheck {
  /** The mean of the stated rates over the good test images, 0..1. */
  readonly stated: number;
  readonly good: number;
  readonly false_alarms: number;
  /** How often chance gives at least this many false alarms if the stated rates hold. */
  readonly p_value: number;
  /** True when there are too many false alarms for the stated rates. */
  readonly is_exceeded: boolean;
}

/** Of the binomial tests of all classes together (Bonferroni), and of the one over all classes. */
export const rateDoubt = 0.05;

/** The test of a class: one that states no rate, or has no good test image, has none. */
export function ratePValue({ basis, false_alarm_rate: rate, good, false_alarms: alarms }: Counted): number | null {
  return basis === "set" || good === 0 || rate >= 1 ? null : binomialTail(alarms, good, rate);
}

type Counted = Pick<ClassDecision, "basis" | "false_alarm_rate" | "good" | "false_alarms">;

/**
 * The test over all classes. Where their rates differ, the binomial distribution of the mean rate is the wider one, so that the test doubts them
 * rather too seldom.
 */
export function checkRates(decisions: readonly ClassDecision[]): RateCheck | undefined {
  const stating = decisions.filter((one) => ratePValue(one) !== null);
  if (stating.length === 0) return undefined;
  const sum = (of: (one: ClassDecision) => number) => stating.reduce((total, one) => total + of(one), 0);
  const [good, alarms] = [sum((one) => one.good), sum((one) => one.false_alarms)];
  const stated = Math.min(1, sum((one) => one.good * one.false_alarm_rate) / good);
  const p = binomialTail(alarms, good, stated);
  return { stated, good, false_alarms: alarms, p_value: p, is_exceeded: p < rateDoubt };
}

/** `stated 1 %, observed 9 of 60 good test images (p < 0.001)` */
export function observed({ stated, good, false_alarms: alarms, p_value: p }: Omit<RateCheck, "is_exceeded">): string {
  return `stated ${short(100 * stated)} %, observed ${alarms} of ${good} good test images (p ${pText(p)})`;
}

/** A p-value as a person reads it, after the p. */
export function pText(p: number): string {
  return p < 0.001 ? "< 0.001" : `= ${p.toPrecision(1)}`;
}
