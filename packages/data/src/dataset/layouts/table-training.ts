import { LtadError } from "@ltad/core";
import { plural, shown } from "@ltad/core/format";
import { byCodePoint } from "../../internal/by-code-point.js";
import { goodNamesOption } from "./good-names.js";
import type { LayoutContext } from "./layout.js";
import { type Entry, isGoodEntry } from "./table-entry.js";

/** Refuses a class that has no training image because its labels are read as defects. @throws LtadError `LTAD_DATA` */
export function checkTraining(table: string, entries: readonly Entry[], { className }: LayoutContext): void {
  const byClass = new Map<string, Entry[]>();
  for (const entry of entries) {
    const name = entry.class ?? className;
    if (entry.split === "train" || entry.split === undefined) byClass.set(name, [...(byClass.get(name) ?? []), entry]);
  }
  for (const [name, rows] of byClass) if (!rows.some(isGoodEntry)) throw noGood(table, name, rows);
}

function noGood(table: string, name: string, rows: readonly Entry[]): LtadError {
  const counts = new Map<string, number>();
  for (const { said } of rows) if (said !== undefined) counts.set(said, (counts.get(said) ?? 0) + 1);
  const [label, count] = [...counts].sort(([a, n], [b, m]) => m - n || byCodePoint(a, b))[0] ?? [];
  const where = rows.some(({ split }) => split === "train") ? " of split train" : "";
  const are = (found: number, what: string) => `${plural(found, "row")}${where} ${found === 1 ? "has" : "have"} ${what}`;
  const why =
    label === undefined
      ? are(rows.length, "a mask and no label, which means a defect")
      : are(count!, `the label ${shown(label)}, which is read as a defect's name`);
  const remedy = label === undefined ? "" : ` If ${shown(label)} means good, pass ${goodNamesOption(label)}.`;
  return new LtadError(
    "LTAD_DATA",
    `${shown(table)}: ${shown(name)}: no training images: ${why}. Words for good images are good, ok, normal, pass, 0, no, false and the same in other languages, such as gut.${remedy}`,
    { details: { file: table, class: name } },
  );
}
