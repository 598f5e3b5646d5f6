import { readFile, stat } from "node:fs/promises";
import { decodeText, LtadError } from "@ltad/core";
import { parse } from "csv-parse/sync";

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
  const named = /^sep=(.)\r?\n/.exec(text)?.[1];
  const body = named === undefined ? text : text.slice(text.indexOf("\n") + 1);
  const first = body.slice(0, body.search(/\r?\n|$/));
  const delimiter = named ?? delimiters.find((one) => isHeader(rowsOf(first, one)[0]?.cells ?? [])) ?? ",";
  try {
    return rowsOf(body, delimiter).map(({ cells, line }) => ({ cells, line: line + (named === undefined ? 0 : 1) }));
  } catch (error) {
    throw tableError(file, `this is not a readable CSV file (${(error as Error).message}).`, error);
  }
}

function rowsOf(text: string, delimiter: string): TableRow[] {
  const rows = parse(text, { delimiter, skip_empty_lines: true, info: true }) as unknown as {
    record: string[];
    info: { lines: number };
  }[];
  return rows.map(({ record, info }) => ({ cells: record, line: info.lines }));
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
