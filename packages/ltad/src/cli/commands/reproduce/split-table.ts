import { count, seconds } from "@ltad/core/format";
import { textTable } from "../../table.js";
import type { ReproductionPlan } from "../../../reproduce/reproduce.js";

/** A row for each split: its images, the classes of both halves with their numbers of images, and what a training and its evaluation take. */
export function splitTable({ splits, estimate }: Pick<ReproductionPlan, "splits" | "estimate">): string {
  const rows = splits.map(({ name, split, high }) => {
    const counts = split.classes.map(({ train }) => train.length);
    const time = estimate?.splits[name];
    return [
      name,
      count(counts.reduce((sum, own) => sum + own, 0)),
      counts.slice(0, high.length).join(" "),
      counts.slice(high.length).join(" "),
      time ? seconds(time.train + time.evaluate) : "finished",
    ];
  });
  const order = [...new Set(splits.map(({ high, low }) => `${high.join(" ")} | ${low.join(" ")}`))];
  const classes = order.length === 1 ? `\nHigh | Low: ${order[0]}` : "";
  return textTable(["split", "images", "High", "Low", "a run"], rows) + classes;
}
