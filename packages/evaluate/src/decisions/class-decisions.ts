import { isGood } from "@ltad/data";
import { limitOf, type Manifest, type Verdict } from "@ltad/detector";
import { mannWhitney } from "@ltad/metrics";
import type { TestedClass } from "../tested-image.js";

/** What the limit of a class does to its test images. */
export interface ClassDecision {
  readonly class: string;
  /** An image is not OK above it. */
  readonly limit: number;
  readonly basis: Verdict["basis"];
  /** Share of good images that the limit lets be not OK. */
  readonly false_alarm_rate: number;
  readonly good: number;
  /** Good test images that are not OK. */
  readonly false_alarms: number;
  readonly defective: number;
  /** Defective test images that are OK. */
  readonly missed_defects: number;
  /** How often chance puts the good test images so far from the good images that the limit comes from; null where one side is empty. */
  readonly shift_p_value: number | null;
  /** Whether they differ, so that the limit promises nothing about them. */
  readonly is_shifted: boolean;
}

const doubt = 0.05; // of the rank tests of all classes together (Bonferroni): one evaluation in twenty doubts a class without reason

/** The decisions of a model on the test images, class by class; undefined for a model without limits. */
export function classDecisions(tested: readonly TestedClass[], { decision }: Manifest): ClassDecision[] | undefined {
  if (!decision) return undefined;
  return tested.map(({ data: { name }, index, images }) => {
    const { limit, basis, falseAlarmRate } = limitOf(decision, index);
    const good = images.filter(({ item }) => isGood(item));
    const defective = images.filter(({ item }) => !isGood(item));
    const p = shiftOf(
      good.filter((image) => image.class === name).map(({ score }) => score),
      decision.classes[index]!.good,
    );
    return {
      class: name,
      limit,
      basis,
      false_alarm_rate: falseAlarmRate,
      good: good.length,
      false_alarms: good.filter(({ isAnomalous }) => isAnomalous).length,
      defective: defective.length,
      missed_defects: defective.filter(({ isAnomalous }) => !isAnomalous).length,
      shift_p_value: p,
      is_shifted: p !== null && p < doubt / tested.length,
    };
  });
}

function shiftOf(test: readonly number[], known: readonly number[]): number | null {
  return test.length === 0 || known.length === 0 ? null : mannWhitney(test, known).pValue;
}

function pText(p: number): string {
  return p < 0.001 ? "< 0.001" : `= ${p.toPrecision(1)}`;
}

/** The classes whose limits promise nothing about their test images, in words. */
export function shiftWarnings(decisions: readonly ClassDecision[], { classes, decision }: Manifest): string[] {
  return decisions
    .filter((one) => one.is_shifted)
    .map(({ class: name, shift_p_value: p }) => {
      const entry = decision?.classes[classes.findIndex((one) => one.name === name)];
      const known = entry?.recalibrated ? "the good images that its limit comes from" : "your good training images";
      return `${name}: your good test images differ from ${known}: p ${pText(p!)}; recalibrate with \`ltad limits --from\`. Until then no false-alarm rate is promised for this class.`;
    });
}
