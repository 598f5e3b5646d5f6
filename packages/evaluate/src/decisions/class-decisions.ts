import { isGood } from "@ltad/data";
import { limitOf, type Manifest, type Verdict } from "@ltad/detector";
import { mannWhitney } from "@ltad/metrics";
import type { TestedClass } from "../tested-image.js";
import { rateDoubt, ratePValue } from "./rate-check.js";

/** How the limit of a class judges its test images. */
export interface ClassDecision {
  readonly class: string;
  /** An image with a score above it is not OK. */
  readonly limit: number;
  readonly basis: Verdict["basis"];
  /** The stated share of good images that are judged not OK, 0..1. */
  readonly false_alarm_rate: number;
  readonly good: number;
  /** How many good test images are judged not OK. */
  readonly false_alarms: number;
  readonly defective: number;
  /** How many defective test images are judged OK. */
  readonly missed_defects: number;
  /** How often chance moves the good test images this far from the good images that the limit comes from; null if one side is empty. */
  readonly shift_p_value: number | null;
  /** True when the two differ, so that the stated rate does not apply to the test images. */
  readonly is_shifted: boolean;
  /** How often chance gives at least this many false alarms if the stated rate holds; null if none is stated or no good image was tested. */
  readonly false_alarm_p_value: number | null;
  /** True when there are too many false alarms for the stated rate. */
  readonly is_exceeded: boolean;
}

const doubt = 0.05; // the level of the rank tests of all classes together (Bonferroni): one evaluation in twenty doubts a class without reason

/** Judges the test images of each class by the limits of a model; undefined for a model without limits. */
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
