import { isGood } from "@ltad/data";
import { limitOf, type Manifest, type Verdict } from "@ltad/detector";
import { mannWhitney } from "@ltad/metrics";
import type { TestedClass } from "../tested-image.js";
import { rateDoubt, ratePValue } from "./rate-check.js";

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
  /** How often chance gives so many false alarms or more where the stated rate holds; null where none is stated or no good image was tested. */
  readonly false_alarm_p_value: number | null;
  /** Whether there are too many false alarms for the stated rate. */
  readonly is_exceeded: boolean;
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
    const counted = {
      class: name,
      limit,
      basis,
      false_alarm_rate: falseAlarmRate,
      good: good.length,
      false_alarms: good.filter(({ isAnomalous }) => isAnomalous).length,
      defective: defective.length,
      missed_defects: defective.filter(({ isAnomalous }) => !isAnomalous).length,
    };
    const rate = ratePValue(counted);
    return {
      ...counted,
      shift_p_value: p,
      is_shifted: p !== null && p < doubt / tested.length,
      false_alarm_p_value: rate,
      is_exceeded: rate !== null && rate < rateDoubt / tested.length,
    };
  });
}

function shiftOf(test: readonly number[], known: readonly number[]): number | null {
  return test.length === 0 || known.length === 0 ? null : mannWhitney(test, known).pValue;
}
