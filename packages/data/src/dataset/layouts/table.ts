import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, resolve, sep } from "node:path";
import { decodeText, eachAtOnce, LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";
import { isJsonLines, parseCsv, parseJsonLines, tableFault, type TableFault, type TableRow } from "../../tables/parse-table.js";
import { heldOut } from "./held-out.js";
import { labelOf } from "./labels.js";
import type { ImageRow, LayoutContext } from "./layout.js";

const columns = {
  path: ["filename", "file", "path", "image", "image_path", "img_path", "filepath", "file_path"],
  class: ["class", "clsname", "object", "category", "product", "class_name"],
  split: ["split", "set", "subset"],
  label: ["label_name", "label", "defect", "anomaly_class", "anomaly", "is_anomaly", "label_index"],
  mask: ["mask", "maskname", "mask_path", "masks"],
} as const;
const splits = new Map<string, "train" | "test" | "other">([
  ["train", "train"],
  ["training", "train"],
  ["test", "test"],
  ["testing", "test"],
  ["val", "other"],
  ["valid", "other"],
  ["validation", "other"],
]);
const maxBytes = 256 * 1024 * 1024;

/** One row, read. */
interface Entry {
  readonly class: string;
  readonly split: "train" | "test" | "other" | undefined;
  readonly label: string | undefined;
  readonly path: string;
  readonly masks: readonly string[];
  readonly line: number;
}

/** Where the paths of a table begin: its folder, or the one above when the first image is only there. */
export async function tableRoot(table: string): Promise<string> {
  const { rows, fail } = await readRows(table);
  const first = cell(rows[0]!, "path");
  if (first === undefined) throw noPath(rows[0]!.line, fail);
  const here = dirname(resolve(table));
  const above = dirname(here);
  const isThere = async (folder: string) => (await stat(resolve(folder, posix(first))).catch(() => null)) !== null;
  return !(await isThere(here)) && (await isThere(above)) ? above : here;
}

/**
 * Reads a table of images, CSV or JSON lines: path, and where there are any class, split (train or test), label (0 or good, else the defect) and mask.
 * Paths are below the root. Without a column split about a fifth of the good images are for testing, if there are defects.
 * @throws LtadError `LTAD_DATA` with the line of every file that is missing or leads out of the folder, and of every split that is none
 */
export async function readTable(table: string, context: LayoutContext, { links = false } = {}): Promise<ImageRow[]> {
  const { rows, fail } = await readRows(table);
  const entries = rows.map((row) => entryOf(row, context, fail));
  remarkOnColumns(rows, basename(table), context);
  await checkFiles(table, entries, context, links);
  return rowsOf(entries, basename(table), context);
}

/** The paths that a table names. @throws LtadError `LTAD_DATA` with the line that cannot be read */
export function tablePaths(text: string, table: string): { readonly images: readonly string[]; readonly masks: readonly string[] } {
  const { rows, fail } = rowsIn(text, table);
  const images = rows.map((row) => posix(cell(row, "path") ?? raise(noPath(row.line, fail))));
  return { images, masks: rows.flatMap((row) => masksOf(row).map(posix)) };
}

function raise(error: LtadError): never {
  throw error;
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

function entryOf(row: TableRow, { goodNames, className }: LayoutContext, fail: TableFault): Entry {
  const path = cell(row, "path");
  if (path === undefined) throw noPath(row.line, fail);
  const named = cell(row, "split")?.toLowerCase();
  const split = named === undefined ? undefined : splits.get(named);
  if (named !== undefined && split === undefined) throw fail(row.line, `the split is ${shown(named)}; expected train or test`);
  const label = cell(row, "label");
  return {
    class: cell(row, "class") ?? className,
    split,
    label: label === undefined ? undefined : labelOf(label, goodNames),
    path: posix(path),
    masks: masksOf(row).map(posix),
    line: row.line,
  };
}

function rowsOf(entries: readonly Entry[], table: string, { remarks, explain, addGoodMask }: LayoutContext): ImageRow[] {
  const isGood = ({ label, masks }: Entry) => label === "good" || (label === undefined && masks.length === 0);
  const open = entries.filter((entry) => entry.split === undefined && isGood(entry)).map(({ path }) => path);
  const kept = entries.some((entry) => !isGood(entry)) ? heldOut(open) : new Set<string>();
  if (kept.size > 0) remarks.note(table, "it has no split; about a fifth of the good images are used for testing.");
  const left = { other: [] as string[], defective: [] as string[] };
  const rows = entries.flatMap((entry): ImageRow[] => {
    const { class: name, path, masks, label } = entry;
    const split = entry.split ?? (!isGood(entry) || kept.has(path) ? "test" : "train");
    if (split === "other" || (split === "train" && !isGood(entry))) {
      left[split === "other" ? "other" : "defective"].push(path);
      for (const used of [path, ...masks]) explain(used);
      return [];
    }
    if (!isGood(entry)) return [{ class: name, split, path, label: label ?? "defect", masks }];
    for (const mask of masks) addGoodMask(name, mask);
    return [{ class: name, split, path, label: "good" }];
  });
  if (left.other.length > 0) remarks.note(table, "of the split validation; not used.", left.other);
  if (left.defective.length > 0) remarks.note(table, "not used: they are defective, and training uses good images only.", left.defective);
  return rows;
}

/** Names columns that may say what is defective, where no known one does. */
function remarkOnColumns(rows: readonly TableRow[], table: string, { remarks }: LayoutContext): void {
  const told = [columns.split, columns.label, columns.mask].flat();
  const found = new Set(rows.flatMap(({ values }) => [...values.keys()]));
  if (told.some((name) => found.has(name))) return;
  const known = new Set<string>([columns.path, columns.class].flat());
  const others = [...found].filter((name) => !known.has(name)).map(shown);
  if (others.length > 0)
    remarks.matter(
      table,
      `no column label, so all its images are read as good; not read: ${others.slice(0, 5).join(", ")}${others.length > 5 ? ", ..." : ""}. If one of these says what is defective, call it label, with 0 or good for good images.`,
    );
}

/** Every fault of every row in one error. */
async function checkFiles(table: string, entries: readonly Entry[], { root, signal }: LayoutContext, links: boolean): Promise<void> {
  const lineOf = new Map<string, number>();
  const faults: { line: number; why: string }[] = [];
  const check = async ({ path, masks, line }: Entry) => {
    const before = lineOf.get(path);
    if (before !== undefined) faults.push({ line, why: `${shown(path)} is already in line ${before}` });
    lineOf.set(path, line);
    for (const one of [path, ...masks]) {
      const file = resolve(root, one);
      if (!links && !file.startsWith(root.endsWith(sep) ? root : root + sep))
        faults.push({ line, why: `${shown(one)} is outside ${shown(root)}; allow it with --links` });
      else if (!(await stat(file).catch(() => null))?.isFile()) faults.push({ line, why: `there is no file ${shown(one)}` });
    }
  };
  await eachAtOnce(entries, check, { signal, atOnce: 32 });
  if (faults.length === 0) return;
  const first = faults.sort((a, b) => a.line - b.line).slice(0, 5);
  const inside = await folderOf(entries[0]!.path, root);
  const hint = inside === undefined ? "" : ` ${shown(entries[0]!.path)} is in ${shown(inside)}; put the table there, too.`;
  const more = faults.length > first.length ? `; and ${faults.length - first.length} more` : "";
  throw new LtadError(
    "LTAD_DATA",
    `${shown(table)}: ${first.map(({ line, why }) => `line ${line}: ${why}`).join("; ")}${more}. Paths begin in ${shown(root)}.${hint}`,
    {
      details: { file: table },
    },
  );
}

/** The folder inside the root in which a path that is not below the root is a file. */
async function folderOf(path: string, root: string): Promise<string | undefined> {
  const isFile = async (at: string) => (await stat(resolve(root, at, path)).catch(() => null))?.isFile() === true;
  if (await isFile("")) return undefined;
  for (const inside of await readdir(root, { withFileTypes: true })) if (await isFile(inside.name)) return inside.name;
  return undefined;
}

function cell({ values }: TableRow, column: keyof typeof columns): string | undefined {
  for (const name of columns[column]) {
    const value = values.get(name);
    const text = typeof value === "string" ? value.trim() : typeof value === "number" || typeof value === "boolean" ? String(value) : "";
    if (text !== "") return text;
  }
  return undefined;
}

/** A list in JSON, or one path; several in CSV are separated by "|". */
function masksOf({ values }: TableRow): string[] {
  const value = columns.mask.map((name) => values.get(name)).find((found) => found !== undefined && found !== null && found !== "");
  if (Array.isArray(value)) return value.filter((one) => typeof one === "string");
  return typeof value === "string"
    ? value
        .split("|")
        .map((one) => one.trim())
        .filter((one) => one !== "")
    : [];
}

function posix(path: string): string {
  return path.replaceAll("\\", "/").replace(/^(?:\.\/)+/, "");
}

function noPath(line: number, fail: TableFault): LtadError {
  return fail(line, `no image is named; expected one of the columns ${columns.path.join(", ")}`);
}
