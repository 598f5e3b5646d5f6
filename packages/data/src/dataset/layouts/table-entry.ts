import { shown } from "@ltad/core/format";
import type { TableFault, TableRow } from "../../tables/parse-table.js";
import { labelOf } from "./labels.js";
import type { LayoutContext } from "./layout.js";
import { belowRoot, cell, masksOf, pathOf } from "./table-cells.js";

const splits = new Map<string, "train" | "test" | "other">([
  ["train", "train"],
  ["training", "train"],
  ["test", "test"],
  ["testing", "test"],
  ["val", "other"],
  ["valid", "other"],
  ["validation", "other"],
]);

/** One row, read. */
export interface Entry {
  /** Undefined where the cell is empty. */
  readonly class: string | undefined;
  readonly split: "train" | "test" | "other" | undefined;
  /** "good" or the name of the defect. */
  readonly label: string | undefined;
  /** The label as the table has it. */
  readonly said: string | undefined;
  readonly path: string;
  readonly masks: readonly string[];
  readonly line: number;
}

/** Reads a row. @throws LtadError `LTAD_DATA` with the line of a row without a path, and of a split that is none */
export function entryOf(row: TableRow, { goodNames, root }: LayoutContext, fail: TableFault): Entry {
  const path = pathOf(row, fail);
  const named = cell(row, "split")?.toLowerCase();
  const split = named === undefined ? undefined : splits.get(named);
  if (named !== undefined && split === undefined) throw fail(row.line, `the split is ${shown(named)}; expected train or test`);
  const said = cell(row, "label");
  return {
    class: cell(row, "class"),
    split,
    label: said === undefined ? undefined : labelOf(said, goodNames),
    said,
    path: belowRoot(path, root),
    masks: masksOf(row).map((mask) => belowRoot(mask, root)),
    line: row.line,
  };
}

/** Whether a row is a good image: it says so, or it has neither label nor mask. */
export function isGoodEntry({ label, masks }: Entry): boolean {
  return label === "good" || (label === undefined && masks.length === 0);
}
