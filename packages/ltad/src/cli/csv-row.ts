/** A line of a CSV file, RFC 4180; null is an empty cell. */
export function csvRow(cells: readonly (string | number | boolean | null)[]): string {
  return `${cells.map(cell).join(",")}\n`;
}

function cell(value: string | number | boolean | null): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
