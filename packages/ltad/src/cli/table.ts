import { shown } from "@ltad/core/format";

/** Rows in columns: the first column to the left, the others to the right. Names may come from tables of other programs: no control character is written. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows].map((row) => row.map(shown));
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    widths.map((width, i) => (i === 0 ? (row[i] ?? "").padEnd(width) : (row[i] ?? "").padStart(width))).join("  ");
  return all.map((row) => line(row).trimEnd()).join("\n");
}
