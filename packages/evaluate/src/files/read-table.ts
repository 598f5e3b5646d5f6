import { readFile, stat } from "node:fs/promises";
import { decodeText, LtadError } from "@ltad/core";
import { plural } from "@ltad/core/format";
import { type CsvError, parse } from "csv-parse/sync";

/** A row of a table, and its line in the file. */
export interface TableRow {
  readonly cells: readonly string[];
  readonly line: number;
}

const maxBytes = 256 * 1024 * 1024;
const delimiters = [",", ";", "\t", "|"];

/**
 * Reads a table as programs of any system write it: columns between commas, semicolons, tabs or bars, in the encodings of {@link decodeText}.
 * The line `sep=;` of Excel is understood.
 * @param isHeader whether these cells are the header that is looked for: tells which character separates the columns
 * @throws LtadError `LTAD_DATA` that names the file
 */
export async function readTable(file: string, isHeader: (cells: readonly string[]) => boolean): Promise<TableRow[]> {
  const text = decodeText(await readBytes(file));
  const named = /^"?sep=(.)"?\1*\r?\n/i.exec(text)?.[1]; // in quotes or padded with separators where a program has written the line again
  const body = named === undefined ? text : text.slice(text.indexOf("\n") + 1);
  const first = body.slice(0, body.search(/\r?\n|$/));
  const delimiter = named ?? delimiters.find((one) => isHeader(rowsOf(first, one)[0]?.cells ?? [])) ?? ",";
  const before = named === undefined ? 0 : 1;
  try {
    return rowsOf(body, delimiter).map(({ cells, line }) => ({ cells, line: line + before }));
  } catch (error) {
    throw tableError(file, unreadable(error as CsvError, rowsOf(first, delimiter)[0]?.cells ?? [], delimiter, before), error);
  }
}

function rowsOf(text: string, delimiter: string): TableRow[] {
  const rows = parse(text, { delimiter, skip_empty_lines: true, info: true }) as unknown as {
    record: string[];
    info: { lines: number };
  }[];
  return rows.map(({ record, info }) => ({ cells: record, line: info.lines }));
}

/** Why a table cannot be read. @param before lines above those that were parsed */
function unreadable({ code, message, lines, record }: CsvError, header: readonly string[], delimiter: string, before: number): string {
  if (code !== "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH") return `this is not a readable CSV file (${message}).`;
  const found = (record as readonly string[]).length;
  const isComma = delimiter === "," && found > header.length;
  const hint = isComma ? " If its numbers have decimal commas, write them with points, or separate the columns with semicolons." : "";
  return `this is not a readable CSV file: line ${Number(lines) + before} has ${plural(found, "column")}, and the header has ${header.length}.${hint}`;
}

async function readBytes(file: string): Promise<Uint8Array> {
  const { size } = await stat(file).catch((error: unknown) => Promise.reject(readError(file, error)));
  if (size > maxBytes) throw tableError(file, `the file has ${size} bytes; at most ${maxBytes} are read.`);
  return readFile(file).catch((error: unknown) => Promise.reject(readError(file, error)));
}

function readError(file: string, error: unknown): LtadError {
  const { code, message } = error as NodeJS.ErrnoException;
  return tableError(file, code === "ENOENT" ? "there is no such file." : `the file cannot be read (${message}).`, error);
}

/** An `LTAD_DATA` error of a table: file, what is wrong. */
export function tableError(file: string, why: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_DATA", `${file}: ${why}`, { details: { file }, cause });
}
