type Cell = string | number | boolean | null | undefined;

/** One line of a CSV file as RFC 4180 defines it. Null and undefined become empty cells. */
export function csvRow(cells: readonly Cell[]): string {
  return `${cells.map(text).join(",")}\n`;
}

function text(cell: Cell): string {
  const plain = String(cell ?? "");
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
