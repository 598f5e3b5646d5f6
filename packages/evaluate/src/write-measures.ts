import { join } from "node:path";
import { csvRow, writeFileAtomic } from "@ltad/core";
import { ownOf } from "./own-of.js";
import { falseAlarmNumbers } from "./false-alarms/false-alarms.js";
import type { SetMeasures } from "./set-measures.js";

/** Writes metrics.json and metrics.csv into a folder. @param trained the number of training images of each class, if known @throws LtadError `LTAD_WRITE` */
export async function writeMeasures(folder: string, measures: SetMeasures, trained?: Readonly<Record<string, number>>): Promise<void> {
  await writeFileAtomic(join(folder, "metrics.json"), `${JSON.stringify(measures, null, 2)}\n`);
  await writeFileAtomic(join(folder, "metrics.csv"), measuresCsv(measures, trained));
}

/** A row a class, then the means ("mean") and all classes in one list ("pooled"); a metric that does not exist is an empty cell. */
function measuresCsv(
  { order, classes: measured, summary, pooled, test_counts, pooled_counts, calibration = {} }: SetMeasures,
  trained: Readonly<Record<string, number>> = {},
): string {
  const metrics = Object.keys(pooled);
  const classes = order.map((name) => {
    const alarms = ownOf(calibration, name);
    return [name, { ...ownOf(measured, name), ...(alarms && falseAlarmNumbers(alarms)) }] as const;
  });
  // The pooled ones lack what needs every score; the classes have all.
  const all = [...new Set([...classes.flatMap(([, numbers]) => Object.keys(numbers)), ...metrics])];
  const row = (name: string, kind: string, numbers: Readonly<Record<string, number | null>>) => {
    const counts = kind === "class" ? ownOf(test_counts, name) : kind === "pooled" ? pooled_counts : undefined;
    return [
      name,
      kind,
      kind === "class" ? ownOf(trained, name) : undefined,
      counts?.good,
      counts?.defective,
      counts?.regions,
      ...all.map((metric) => numbers[metric]),
    ];
  };
  const rows = [
    ["name", "kind", "trained", "good", "defective", "regions", ...all],
    ...classes.map(([name, numbers]) => row(name, "class", numbers)),
    ...Object.entries({ Avg: summary.avg, High: summary.high, Low: summary.low }).map(([name, numbers]) => row(name, "mean", numbers)),
    row("Pooled", "pooled", pooled),
  ];
  return rows.map(csvRow).join("");
}
