import { count, percent, short } from "@ltad/core/format";
import { textTable } from "../../table.js";
import { falseAlarmTable } from "./false-alarm-table.js";
import type { Numbers, SetMeasures } from "@ltad/evaluate";

/** Columns of both tables: heading, metric. Rates and areas are shown in percent. */
const imageColumns = [
  ["AUROC", "image_auroc"],
  ["AP", "image_ap"],
  ["F1-max", "image_f1max"],
  ["acc. there", "image_accuracy_at_f1max"],
  ["FPR@95TPR", "image_fpr_at_95_tpr"],
  ["PG2", "image_pg_2"],
  ["PB2", "image_pb_2"],
] as const;
const pixelColumns = [
  ["AUROC", "pixel_auroc"],
  ["AP", "pixel_ap"],
  ["F1-max", "pixel_f1max"],
  ["IoU-max", "pixel_iou_max"],
  ["FPR@95TPR", "pixel_fpr_at_95_tpr"],
  ["AUPRO@0.3", "aupro_0.3"],
  ["@0.05", "aupro_0.05"],
  ["@0.01", "aupro_0.01"],
  ["AUPIMO", "aupimo_1e-5_1e-4"],
  ["mAD", "mad"],
] as const;

/** All numbers for people, in percent: a table of images and, where there are maps, one of pixels, where there are calibration images, one of false alarms. */
export function measureTables(set: SetMeasures, trained: Readonly<Record<string, number>> = {}): string {
  const tables = [imageTable(set, trained), ...("pixel_auroc" in set.pooled ? [pixelTable(set)] : [])];
  const alarms = set.calibration ? [falseAlarmTable(set.calibration)] : [];
  return [...tables, [intervalLine(set), ...leftOut(set)].join("\n"), ...alarms].join("\n\n");
}

/** Which classes the means do without: a line for each set of them. */
function leftOut({ reasons }: SetMeasures): string[] {
  const byReason = new Map<string, string[]>();
  for (const [metric, reason] of Object.entries(reasons["avg"] ?? {})) byReason.set(reason, [...(byReason.get(reason) ?? []), metric]);
  return [...byReason].map(([reason, metrics]) => `Means ${reason}: ${metrics.join(", ")}`);
}

function imageTable(set: SetMeasures, trained: Readonly<Record<string, number>>): string {
  const isTrained = Object.keys(trained).length > 0;
  const head = ["images", ...(isTrained ? ["trained on"] : []), "good", "defective", "threshold"];
  return table(set, head, imageColumns, (name, { image_f1max_threshold: t }) => {
    const counts = name === "Pooled" ? set.pooled_counts : set.test_counts[name];
    const images = counts ? [count(counts.good), count(counts.defective)] : ["", ""];
    return [...(isTrained ? [name in trained ? count(trained[name]!) : ""] : []), ...images, t === null || t === undefined ? "" : short(t)];
  });
}

function pixelTable(set: SetMeasures): string {
  return table(set, ["pixels", "regions", "threshold"], pixelColumns, (name, { pixel_f1max_threshold: t }) => {
    const counts = name === "Pooled" ? set.pooled_counts : set.test_counts[name];
    return [counts ? count(counts.regions) : "", t === null || t === undefined ? "" : short(t)];
  });
}

/** Classes, then the means, the worst class of each metric, and all in one list. */
function table(
  { classes, summary, worst, pooled }: SetMeasures,
  head: readonly string[],
  columns: readonly (readonly [string, string])[],
  before: (name: string, numbers: Numbers) => string[],
): string {
  const row = (name: string, numbers: Numbers) => [
    name,
    ...before(name, numbers),
    ...columns.map(([, metric]) => percent(numbers[metric])),
  ];
  const worstOf = Object.fromEntries(Object.entries(worst).map(([metric, found]) => [metric, found?.value ?? null]));
  const means = { Low: summary.low, High: summary.high, Avg: summary.avg, Worst: worstOf, Pooled: pooled };
  const rows = [...Object.entries(classes), ...Object.entries(means)].map(([name, numbers]) => row(name, numbers));
  return textTable([...head, ...columns.map(([heading]) => heading)], rows);
}

function intervalLine({ intervals: { confidence, repeats, image_auroc }, summary }: SetMeasures): string {
  const parts = (["avg", "high", "low"] as const).flatMap((part) => {
    const [interval, value] = [image_auroc[part], summary[part]["image_auroc"]];
    const name = part[0]?.toUpperCase() + part.slice(1);
    return interval ? [`${name} ${percent(value)} (${percent(interval.low)} to ${percent(interval.high)})`] : [];
  });
  return parts.length === 0
    ? "No intervals: no class has both good and defective images."
    : `Image AUROC with ${100 * confidence} % bootstrap intervals over test images (${count(repeats)} draws): ${parts.join(", ")}`;
}
