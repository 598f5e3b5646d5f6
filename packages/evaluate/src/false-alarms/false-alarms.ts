import { type FalseAlarmCalibration, falseAlarmCalibration } from "@ltad/metrics";

/** False-alarm rates that a calibration is tested at. */
export const statedRates = [0.1, 0.05, 0.02, 0.01];

/** By class: thresholds for stated false-alarm rates, and the rates that came of them. */
export type FalseAlarms = Readonly<Record<string, FalseAlarmCalibration>>;

/** Scores of good images of one class: those that give the thresholds, and those of the test. */
export interface GoodScores {
  readonly calibration: readonly number[];
  readonly test: readonly number[];
}

/** Calibrates each class that has good images of both kinds; undefined when there is none. */
export function falseAlarms(classes: ReadonlyMap<string, GoodScores>): FalseAlarms | undefined {
  const usable = [...classes].filter(([, { calibration, test }]) => calibration.length > 0 && test.length > 0);
  if (usable.length === 0) return undefined;
  return Object.fromEntries(usable.map(([name, { calibration, test }]) => [name, falseAlarmCalibration(calibration, test, statedRates)]));
}

/** The same as metrics of a class, for a table of them. */
export function falseAlarmNumbers({ rates, error }: FalseAlarmCalibration): Record<string, number | null> {
  const pairs = rates.flatMap(({ stated, threshold, observed }) => [
    [`false_alarm_threshold_${stated}`, threshold],
    [`false_alarms_at_${stated}`, observed.value],
  ]);
  return Object.fromEntries([...pairs, ["false_alarm_error", error.value]]);
}
