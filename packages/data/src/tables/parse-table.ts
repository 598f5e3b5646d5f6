import { LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";
import { parse } from "csv-parse/sync";

/** One row of a table: values by the lower-case names of the columns, and its line in the file (from 1). */
export interface TableRow {
  readonly values: ReadonlyMap<string, unknown>;
  readonly line: number;
}

/** A row that says what is wrong with its table. */
export type TableFault = (line: number, why: string, cause?: unknown) => LtadError;

/** Makes the errors of one table. */
export function tableFault(source: string): TableFault {
  return (line, why, cause) =>
    new LtadError("LTAD_DATA", `${shown(source)}, line ${line}: ${why}.`, { cause, details: { file: source, line } });
}

/** Whether a text is JSON lines: its first line that is no comment begins an object. */
export function isJsonLines(text: string): boolean {
  return /^(?:\s*#[^\n]*\n|\s*\n)*\s*\{/.test(text);
}

/** JSON lines; comment lines (#) and empty ones are left out. @throws LtadError `LTAD_DATA` with the line */
export function parseJsonLines(text: string, fail: TableFault): TableRow[] {
  return text.split("\n").flatMap((content, i): TableRow[] => {
    if (content.trim() === "" || content.startsWith("#")) return [];
    const row = parseJson(content, i + 1, fail);
    if (typeof row !== "object" || row === null || Array.isArray(row)) throw fail(i + 1, "expected a JSON object with the field filename");
    return [{ values: new Map(Object.entries(row).map(([key, value]) => [key.toLowerCase(), value])), line: i + 1 }];
  });
}

/**
 * CSV with a header; commas, semicolons or tabs, whichever the header has. Comment lines (#) are left out.
 * @throws LtadError `LTAD_DATA` with the line
 */
export function parseCsv(text: string, fail: TableFault): { columns: string[]; rows: TableRow[] } {
  const records = readRecords(text, fail);
  const columns = (records[0]?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  const rows = records.slice(1).map(({ cells, line }): TableRow => {
    if (cells.length !== columns.length) throw fail(line, `expected ${columns.length} columns, found ${cells.length}`);
    return { values: new Map(columns.map((name, i) => [name, cells[i]])), line };
  });
  return { columns, rows };
}

/** @throws LtadError `LTAD_DATA` with the line */
export function parseJson(text: string, line: number, fail: TableFault): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fail(line, "this is not JSON", error);
  }
}

function readRecords(content: string, fail: TableFault): { cells: string[]; line: number }[] {
  const text = withoutSeparatorLine(content);
  try {
    const records = parse(text, {
      delimiter: delimiterOf(text),
      comment: "#",
      comment_no_infix: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      info: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    throw fail((error as { lines?: number }).lines ?? 1, `this is not a readable CSV file (${(error as Error).message})`, error);
  }
}

/** A table in which the first line of Excel that only names the separator, `sep=;`, is a comment. */
export function withoutSeparatorLine(text: string): string {
  return text.replace(/^sep=[^\r\n]?(?=[\r\n])/i, "#");
}

/** The delimiter that the first line has most of. */
export function delimiterOf(text: string): string {
  const first = text.split(/[\r\n]+/).find((line) => line.trim() !== "" && !line.startsWith("#")) ?? "";
  const bare = first.replaceAll(/"[^"]*"/g, "");
  const count = (delimiter: string) => bare.split(delimiter).length;
  return [",", ";", "\t"].reduce((best, next) => (count(next) > count(best) ? next : best));
}
