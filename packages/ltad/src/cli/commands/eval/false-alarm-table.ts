import { count, percent, short } from "@ltad/core/format";
import { type FalseAlarms, statedRates } from "@ltad/evaluate";
import type { FalseAlarmCalibration } from "@ltad/metrics";
import { textTable } from "../../table.js";

/** For people, in percent: what was observed at the threshold of each stated rate, class by class, and over the classes that can state it. */
export function falseAlarmTable(found: FalseAlarms, order: readonly string[]): string {
  const head = [
    "false alarms",
    "calibration images",
    "good test images",
    ...statedRates.map((rate) => `stated ${100 * rate} %`),
    "mean error",
  ];
  const rows = inOrder(found, order).map(([name, { rates, calibrationImages, error }]) => [
    name,
    count(calibrationImages),
    count(rates[0]?.images ?? 0),
    ...rates.map(({ observed, threshold }) => (threshold === null ? "–" : `${percent(observed.value)} (> ${short(threshold)})`)),
    percent(error.value),
  ]);
  return textTable(head, rows.length > 1 ? [...rows, overall(found)] : rows);
}

function inOrder(found: FalseAlarms, order: readonly string[]): [name: string, FalseAlarmCalibration][] {
  return order.flatMap((name) => (Object.hasOwn(found, name) ? [[name, found[name]!]] : []));
}

function overall(found: FalseAlarms): string[] {
  const classes = Object.values(found);
  const rates = statedRates.map((_, i) => {
    const usable = classes.flatMap(({ rates: own }) => (own[i]?.threshold == null ? [] : [own[i]]));
    const images = usable.reduce((sum, rate) => sum + rate.images, 0);
    const alarms = usable.reduce((sum, rate) => sum + (rate.observed.value ?? 0) * rate.images, 0);
    return images === 0 ? "–" : `${percent(alarms / images)} (of ${count(images)})`;
  });
  const sum = (of: (calibration: FalseAlarmCalibration) => number) => count(classes.reduce((total, own) => total + of(own), 0));
  return ["All", sum(({ calibrationImages }) => calibrationImages), sum(({ rates: own }) => own[0]?.images ?? 0), ...rates, ""];
}
