import { count, percent } from "@ltad/core/format";
import { type ClassDecision, type Evaluation, ownOf, promiseOf } from "@ltad/evaluate";
import { textTable } from "../../table.js";

/** The answer in short: what the limits do to the test images of each class, and how well scores separate them. */
export function decisionTable({ order, classes, summary, pooled, decisions }: Evaluation): string {
  const head = ["class", ...(decisions ? ["limit", "good images above", "false alarms", "missed defects"] : []), "AUROC", "pixel AUROC"];
  const ofClass = new Map(decisions?.map((one) => [one.class, one]));
  const areas = ({ image_auroc, pixel_auroc }: Readonly<Record<string, number | null>>) => [
    percent(image_auroc ?? null),
    percent(pixel_auroc ?? null),
  ];
  const shownName = (name: string) => (order.length > 1 && ["All", "Avg"].includes(name) ? `${name} (class)` : name);
  const rows = order.map((name) => [shownName(name), ...cells(ofClass.get(name)), ...areas(ownOf(classes, name) ?? {})]);
  const all = decisions ? [["All", "", "", ...sums(decisions), ...areas(pooled)]] : [];
  const means = [["Avg", ...(decisions ? ["", "", "", ""] : []), ...areas(summary.avg)]];
  return textTable(head, [...rows, ...(rows.length > 1 ? [...all, ...means] : [])]);
}

function cells(decision: ClassDecision | undefined): string[] {
  if (!decision) return [];
  const { limit, good, false_alarms, defective, missed_defects } = decision;
  return [String(Number(limit.toPrecision(4))), promiseOf(decision), shareOf(false_alarms, good), shareOf(missed_defects, defective)];
}

function sums(decisions: readonly ClassDecision[]): string[] {
  const sum = (of: (one: ClassDecision) => number) => decisions.reduce((total, one) => total + of(one), 0);
  return [
    shareOf(
      sum((one) => one.false_alarms),
      sum((one) => one.good),
    ),
    shareOf(
      sum((one) => one.missed_defects),
      sum((one) => one.defective),
    ),
  ];
}

function shareOf(some: number, all: number): string {
  return all === 0 ? "–" : `${count(some)} of ${count(all)} (${percent(some / all)} %)`;
}
