import { readFile, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { decodeText, LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";
import { isJsonLines, parseCsv, parseJsonLines, tableFault, type TableFault, type TableRow } from "../../tables/parse-table.js";
import { heldOut } from "./held-out.js";
import { goodNamesOption } from "./good-names.js";
import { mayMeanGood } from "./labels.js";
import type { ImageRow, LayoutContext } from "./layout.js";
import { masksOf, pathOf } from "./table-cells.js";
import { remarkOnColumns } from "./table-columns.js";
import { type Entry, entryOf, isGoodEntry } from "./table-entry.js";
import { checkEntries } from "./table-faults.js";
import { checkTraining } from "./table-training.js";

const maxBytes = 256 * 1024 * 1024;

/** Where the paths of a table begin: its folder, or the one above when the first image is only there. */
export async function tableRoot(table: string): Promise<string> {
  const { rows, fail } = await readRows(table);
  const first = pathOf(rows[0]!, fail);
  const here = dirname(resolve(table));
  const above = dirname(here);
  const isThere = async (folder: string) => (await stat(resolve(folder, first)).catch(() => null)) !== null;
  return !(await isThere(here)) && (await isThere(above)) ? above : here;
}

/**
 * Reads a table of images, CSV or JSON lines: path, and where there are any class, split (train or test), label (0 or good, else the defect) and mask.
 * Paths are below the root. Without a column split about a fifth of the good images are for testing, if there are defects.
 * @throws LtadError `LTAD_DATA` with the line of every file that is missing or leads out of the folder, of every empty class and label, and of every
 *   split that is none; and for a class whose rows are all read as defects
 */
export async function readTable(table: string, context: LayoutContext, { links = false } = {}): Promise<ImageRow[]> {
  const { rows, fail } = await readRows(table);
  const entries = rows.map((row) => entryOf(row, context, fail));
  remarkOnColumns(rows, basename(table), context);
  await checkEntries(table, entries, context, links);
  checkTraining(table, entries, context);
  return rowsOf(entries, basename(table), context);
}

/** The paths that a table names. @throws LtadError `LTAD_DATA` with the line that cannot be read */
export function tablePaths(text: string, table: string): { readonly images: readonly string[]; readonly masks: readonly string[] } {
  const { rows, fail } = rowsIn(text, table);
  return { images: rows.map((row) => pathOf(row, fail)), masks: rows.flatMap(masksOf) };
}

async function readRows(table: string): Promise<{ rows: TableRow[]; fail: TableFault }> {
  const { size } = await stat(table);
  const refuse = (why: string) => new LtadError("LTAD_DATA", `${shown(table)}: ${why}`, { details: { file: table } });
  if (size > maxBytes) throw refuse(`the table has ${size} bytes; at most ${maxBytes} are read.`);
  return rowsIn(decodeText(await readFile(table)), table);
}

function rowsIn(text: string, table: string): { rows: TableRow[]; fail: TableFault } {
  const fail = tableFault(table);
  const rows = isJsonLines(text) ? parseJsonLines(text, fail) : parseCsv(text, fail).rows;
  if (rows.length === 0) {
    const message = `${shown(table)}: the table has no row below its header. Expected a header with path and, optionally, class, split, label and mask.`;
    throw new LtadError("LTAD_DATA", message, { details: { file: table } });
  }
  return { rows, fail };
}

function rowsOf(entries: readonly Entry[], table: string, { className, remarks, explain, addGoodMask }: LayoutContext): ImageRow[] {
  const open = entries.filter((entry) => entry.split === undefined && isGoodEntry(entry)).map(({ path }) => path);
  const kept = entries.some((entry) => !isGoodEntry(entry)) ? heldOut(open) : new Set<string>();
  if (kept.size > 0) remarks.note(table, "it has no split; about a fifth of the good images are used for testing.");
  const left = { other: [] as string[], defective: [] as string[] };
  const rows = entries.flatMap((entry): ImageRow[] => {
    const { class: name = className, path, masks, label } = entry;
    const split = entry.split ?? (!isGoodEntry(entry) || kept.has(path) ? "test" : "train");
    if (split === "other" || (split === "train" && !isGoodEntry(entry))) {
      left[split === "other" ? "other" : "defective"].push(path);
      for (const used of [path, ...masks]) explain(used);
      return [];
    }
    if (!isGoodEntry(entry)) return [{ class: name, split, path, label: label ?? "defect", masks }];
    for (const mask of masks) addGoodMask(name, mask);
    return [{ class: name, split, path, label: "good" }];
  });
  if (left.other.length > 0) remarks.note(table, "of the split validation; not used.", left.other);
  if (left.defective.length > 0) remarks.note(table, "not used: they are defective, and training uses good images only.", left.defective);
  for (const label of new Set(rows.map((row) => row.label)))
    if (mayMeanGood(label))
      remarks.matter(table, `the label ${shown(label)} counts as the name of a defect. If it means good, pass ${goodNamesOption(label)}.`);
  return rows;
}
