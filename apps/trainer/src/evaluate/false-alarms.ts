import { type FalseAlarmCalibration, falseAlarmCalibration } from "@ltad/metrics";
import { count, percent, short } from "../numbers.js";
import { textTable } from "../table.js";

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

/** For people, in percent: what was observed at the threshold of each stated rate, class by class, and over the classes that can state it. */
export function falseAlarmTable(found: FalseAlarms): string {
  const head = [
    "false alarms",
    "calibration images",
    "good test images",
    ...statedRates.map((rate) => `stated ${100 * rate} %`),
    "mean error",
  ];
  const rows = Object.entries(found).map(([name, { rates, calibrationImages, error }]) => [
    name,
    count(calibrationImages),
    count(rates[0]?.images ?? 0),
    ...rates.map(({ observed, threshold }) => (threshold === null ? "–" : `${percent(observed.value)} (> ${short(threshold)})`)),
    percent(error.value),
  ]);
  return textTable(head, rows.length > 1 ? [...rows, overall(found)] : rows);
}

function overall(found: FalseAlarms): string[] {
  const all = Object.values(found);
  const rates = statedRates.map((_, i) => {
    const usable = all.flatMap((one) => (one.rates[i]?.threshold == null ? [] : [one.rates[i]]));
    const images = usable.reduce((sum, rate) => sum + rate.images, 0);
    const alarms = usable.reduce((sum, rate) => sum + (rate.observed.value ?? 0) * rate.images, 0);
    return images === 0 ? "–" : `${percent(alarms / images)} (of ${count(images)})`;
  });
  const sum = (of: (one: FalseAlarmCalibration) => number) => count(all.reduce((total, one) => total + of(one), 0));
  return ["All", sum((one) => one.calibrationImages), sum((one) => one.rates[0]?.images ?? 0), ...rates, ""];
}
