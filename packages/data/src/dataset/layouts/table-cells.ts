import { posix } from "node:path";
import type { LtadError } from "@ltad/core";
import type { TableFault, TableRow } from "../../tables/parse-table.js";

/** The names of the columns that are read, in lower case; the first that a row fills counts. */
export const columns = {
  path: ["filename", "file", "path", "image", "image_path", "img_path", "filepath", "file_path"],
  class: ["class", "clsname", "object", "category", "product", "class_name"],
  split: ["split", "set", "subset"],
  label: ["label_name", "label", "defect", "anomaly_class", "anomaly", "is_anomaly", "label_index"],
  mask: ["mask", "maskname", "mask_path", "masks"],
} as const;

/** The text of a row in one of these columns; undefined where it is empty. */
export function cell({ values }: TableRow, column: keyof typeof columns): string | undefined {
  for (const name of columns[column]) {
    const value = values.get(name);
    const text = typeof value === "string" ? value.trim() : typeof value === "number" || typeof value === "boolean" ? String(value) : "";
    if (text !== "") return text;
  }
  return undefined;
}

/** The path of a row. @throws LtadError `LTAD_DATA` with the line of a row without one */
export function pathOf(row: TableRow, fail: TableFault): string {
  const path = cell(row, "path");
  if (path === undefined) throw noPath(row.line, fail);
  return withSlashes(path);
}

/** The paths of the masks: a list in JSON, or one path; several in CSV are separated by "|". */
export function masksOf({ values }: TableRow): string[] {
  const value = columns.mask.map((name) => values.get(name)).find((found) => found !== undefined && found !== null && found !== "");
  const masks = Array.isArray(value) ? value.filter((one) => typeof one === "string") : typeof value === "string" ? value.split("|") : [];
  return masks
    .map((one) => one.trim())
    .filter((one) => one !== "")
    .map(withSlashes);
}

/** A path in one spelling, so that two of one file are the same; an absolute one below the root begins there, too. */
export function belowRoot(path: string, root: string): string {
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(path)) return path;
  const plain = posix.normalize(path);
  const start = withSlashes(root).replace(/\/?$/, "/");
  return plain.startsWith(start) ? plain.slice(start.length) : plain;
}

function withSlashes(path: string): string {
  return path.replaceAll("\\", "/").replace(/^(?:\.\/)+/, "");
}

function noPath(line: number, fail: TableFault): LtadError {
  return fail(line, `no image is named; expected one of the columns ${columns.path.join(", ")}`);
}
