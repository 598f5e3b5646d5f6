import { count, percent, short } from "@ltad/core/format";
import { textTable } from "../../table.js";
import { falseAlarmTable } from "./false-alarm-table.js";
import { type Numbers, ownOf, type SetMeasures } from "@ltad/evaluate";

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
  const alarms = set.calibration ? [falseAlarmTable(set.calibration, set.order)] : [];
  return [...tables, [intervalLine(set), ...leftOut(set)].join("\n"), ...alarms].join("\n\n");
}

/** Which classes the means do without: a line for each set of them. */
function leftOut({ mean_reasons }: SetMeasures): string[] {
  const byReason = new Map<string, string[]>();
  for (const [metric, reason] of Object.entries(mean_reasons["avg"] ?? {})) byReason.set(reason, [...(byReason.get(reason) ?? []), metric]);
  return [...byReason].map(([reason, metrics]) => `Means ${reason}: ${metrics.join(", ")}`);
}

function imageTable(set: SetMeasures, trained: Readonly<Record<string, number>>): string {
  const isTrained = Object.keys(trained).length > 0;
  const head = ["images", ...(isTrained ? ["trained on"] : []), "good", "defective", "threshold"];
  return table(set, head, imageColumns, ({ kind, name, numbers: { image_f1max_threshold: t } }) => {
    const counts = countsOf(set, kind, name);
    const images = counts ? [count(counts.good), count(counts.defective)] : ["", ""];
    const of = kind === "class" ? ownOf(trained, name) : undefined;
    return [...(isTrained ? [of === undefined ? "" : count(of)] : []), ...images, thresholdText(t)];
  });
}

function pixelTable(set: SetMeasures): string {
  return table(set, ["pixels", "regions", "threshold"], pixelColumns, ({ kind, name, numbers: { pixel_f1max_threshold: t } }) => {
    const counts = countsOf(set, kind, name);
    return [counts ? count(counts.regions) : "", thresholdText(t)];
  });
}

/** A threshold with about three digits, and with five where scores lie far from zero or near it, as three could not tell them apart. */
function thresholdText(value: number | null | undefined): string {
  if (value === null || value === undefined) return "";
  const size = Math.abs(value);
  return size >= 10 && size < 1000
    ? String(Number(value.toPrecision(5)))
    : size > 0 && size < 0.001
      ? value.toExponential(4)
      : short(value);
}

/** A row of a table: a class, or what is of all of them. */
interface Row {
  readonly kind: "class" | "mean" | "pooled";
  readonly name: string;
  readonly numbers: Numbers;
}

function countsOf({ test_counts, pooled_counts }: SetMeasures, kind: Row["kind"], name: string) {
  return kind === "class" ? ownOf(test_counts, name) : kind === "pooled" ? pooled_counts : undefined;
}

/** Classes, then the means, the worst class of each metric, and all in one list. */
function table(
  { order, classes, summary, worst, pooled }: SetMeasures,
  head: readonly string[],
  columns: readonly (readonly [string, string])[],
  before: (row: Row) => string[],
): string {
  const worstOf = Object.fromEntries(Object.entries(worst).map(([metric, found]) => [metric, found?.value ?? null]));
  const overall: readonly Row[] = [
    ...Object.entries({ Low: summary.low, High: summary.high, Avg: summary.avg, Worst: worstOf }).map(([name, numbers]): Row => ({
      kind: "mean",
      name,
      numbers,
    })),
    { kind: "pooled", name: "Pooled", numbers: pooled },
  ];
  const names = new Set(overall.map(({ name }) => name));
  const rows = [...order.map((name): Row => ({ kind: "class", name, numbers: ownOf(classes, name) ?? {} })), ...overall];
  const shownName = ({ kind, name }: Row) => (kind === "class" && names.has(name) ? `${name} (class)` : name);
  return textTable(
    [...head, ...columns.map(([heading]) => heading)],
    rows.map((row) => [shownName(row), ...before(row), ...columns.map(([, metric]) => percent(row.numbers[metric]))]),
  );
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
