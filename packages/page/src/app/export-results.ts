import { csvRow } from "@ltad/core/browser";
import type { Judged } from "./judged.js";
import type { Verdict } from "@ltad/detector/web";

/** One line of an exported table. */
export interface ExportRow {
  readonly file: string;
  readonly judged: Judged | undefined;
  readonly verdict: Verdict | undefined;
  readonly error: string | undefined;
}

/** Named as `ltad predict --csv` and `--json` name them. */
function record({ file, judged, verdict, error }: ExportRow) {
  return {
    file,
    verdict: judged === undefined ? "error" : verdict === undefined ? "" : verdict.isAnomalous ? "not ok" : "ok",
    score: judged?.score,
    limit: verdict?.limit,
    p_value: verdict?.pValue,
    basis: verdict?.basis,
    class: judged?.class,
    class_given: judged?.classGiven,
    unlike_class: verdict?.isUnlike,
    nearest_class: judged?.nearestClass,
    judged_by: judged?.by,
    error,
  };
}

export function toJson(rows: readonly ExportRow[]): string {
  return `${JSON.stringify(rows.map(record), null, 2)}\n`;
}

/** A cell that a spreadsheet would take for a formula begins with an apostrophe. */
export function toCsv(rows: readonly ExportRow[]): string {
  const names = Object.keys(record({ file: "", judged: undefined, verdict: undefined, error: undefined }));
  const safe = (cell: string | number | boolean | undefined) => (typeof cell === "string" && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell);
  return csvRow(names) + rows.map((row) => csvRow(Object.values(record(row)).map(safe))).join("");
}
