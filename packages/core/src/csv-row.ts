type Cell = string | number | boolean | null | undefined;

/** A line of a CSV file, RFC 4180; null and undefined are empty cells. */
export function csvRow(cells: readonly Cell[]): string {
  return `${cells.map(text).join(",")}\n`;
}

function text(cell: Cell): string {
  const plain = String(cell ?? "");
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
