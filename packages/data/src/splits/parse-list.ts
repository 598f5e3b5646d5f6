import { LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";
import { withoutSeparatorLine } from "../tables/parse-table.js";

/** One training image named by a list, and its line number (from 1). */
export interface ListEntry {
  readonly path: string;
  readonly line: number;
}

/** A list file: its entries, and the class order if it states one. */
export interface ImageList {
  readonly entries: readonly ListEntry[];
  readonly order: readonly string[] | null;
}

const pathKeys = ["filename", "file", "path", "image", "img_path", "image_path", "filepath", "file_path"];
/** Splits of a table that are not for training. */
const otherSplits = new Set(["test", "val", "valid", "validation", "calibration"]);
const orderMark = "# order: ";
/** The comment of a list that also names defective test images to train on. */
export const defectsComment = "# with defective images that train as good ones";

/**
 * Reads a list of training images in one of three formats, recognised by the first line that is not a comment (`#`):
 * one path a line; JSON lines with `filename` (UniAD); a table whose header has a column filename, file, path or image, with commas, semicolons
 * or tabs between its columns. Rows whose `split` is test or validation are left out.
 * @param source name of the list, for messages
 * @throws LtadError `LTAD_DATA` with the line number
 */
export function parseList(text: string, source: string): ImageList {
  const lines = withoutSeparatorLine(text)
    .split(/\r?\n/)
    .map((content, i) => ({ content, line: i + 1 }));
  const order = lines.find(({ content }) => content.startsWith(orderMark));
  const rows = lines.filter(({ content }) => content.trim() !== "" && !content.startsWith("#"));
  const first = rows[0]?.content ?? "";
  const { header, delimiter } = headerOf(first);
  const fail: Fail = (line, why) =>
    new LtadError("LTAD_DATA", `${shown(source)}, line ${line}: ${why}.`, { details: { file: source, line } });
  const entries = first.trimStart().startsWith("{")
    ? rows.flatMap(({ content, line }) => jsonEntry(content, line, fail))
    : header.length > 0
      ? rows.slice(1).flatMap(({ content, line }) => csvEntry({ header, delimiter }, content, line, fail))
      : rows.map(({ content, line }) => ({ path: content, line }));
  return { entries, order: order ? parseOrder(order.content.slice(orderMark.length), order.line, fail) : null };
}

/** The comment that states the order of the classes. */
export function orderComment(order: readonly string[]): string {
  return orderMark + JSON.stringify(order);
}

type Fail = (line: number, why: string) => LtadError;

function jsonEntry(content: string, line: number, fail: Fail): ListEntry[] {
  const row = parseJson(content, line, fail);
  if (typeof row !== "object" || row === null || Array.isArray(row)) throw fail(line, "expected a JSON object with the field filename");
  return rowEntry(row as Record<string, unknown>, line, fail);
}

interface Header {
  /** Empty when the first line is no header. */
  readonly header: readonly string[];
  readonly delimiter: string;
}

/** The first line as a header, which names a column of paths. */
function headerOf(line: string): Header {
  for (const delimiter of [",", ";", "\t"]) {
    const header = splitCsv(line, delimiter).map((cell) => cell.trim().toLowerCase());
    if (header.some((cell) => pathKeys.includes(cell))) return { header, delimiter };
  }
  return { header: [], delimiter: "," };
}

function csvEntry({ header, delimiter }: Header, content: string, line: number, fail: Fail): ListEntry[] {
  const cells = splitCsv(content, delimiter);
  if (cells.length !== header.length) throw fail(line, `expected ${header.length} columns, found ${cells.length}`);
  return rowEntry(Object.fromEntries(header.map((key, i) => [key, cells[i]])), line, fail);
}

function rowEntry(row: Record<string, unknown>, line: number, fail: Fail): ListEntry[] {
  const split = typeof row["split"] === "string" ? row["split"].trim().toLowerCase() : "train";
  if (otherSplits.has(split)) return [];
  if (split !== "train" && split !== "") throw fail(line, `expected the split train, test or validation, received "${shown(split)}"`);
  const path = pathKeys.map((key) => row[key]).find((value) => typeof value === "string" && value !== "");
  if (typeof path !== "string") throw fail(line, `no image is named; expected one of the fields ${pathKeys.join(", ")}`);
  return [{ path, line }];
}

function parseOrder(json: string, line: number, fail: Fail): string[] {
  const order = parseJson(json, line, fail);
  if (Array.isArray(order) && order.every((name) => typeof name === "string")) return order;
  throw fail(line, "the order of the classes must be a JSON list of names");
}

function parseJson(text: string, line: number, fail: Fail): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fail(line, "this is not JSON");
  }
}

/** Cells of one line of a table; quotes as in RFC 4180. */
function splitCsv(line: string, delimiter: string): string[] {
  const cells = line.match(new RegExp(`("([^"]|"")*"|[^${delimiter}]*)(${delimiter}|$)`, "g")) ?? [];
  const values = cells
    .map((cell) => (cell.endsWith(delimiter) ? cell.slice(0, -1) : cell))
    .map((cell) => (/^".*"$/.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell));
  return line.endsWith(delimiter) ? values : values.slice(0, -1);
}
