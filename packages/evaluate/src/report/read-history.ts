import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HistoryPoint } from "./report-data.js";

/** The losses and times that `ltad train` wrote next to the model. */
export interface TrainingHistory {
  readonly phases: Readonly<Record<string, readonly HistoryPoint[]>>;
  readonly timing: Readonly<Record<string, number>>;
}

/** Reads `history.json` of a bundle folder. A report does not depend on it: what is missing or malformed is left out. */
export async function readHistory(folder: string): Promise<TrainingHistory> {
  const read = await readFile(join(folder, "history.json"), "utf8").then(parse, () => ({}));
  const phases = Object.entries(read).flatMap(([name, rows]) => (Array.isArray(rows) ? [[name, rows.filter(isNumbers)] as const] : []));
  const timing = "timing" in read && isNumbers(read.timing) ? read.timing : {};
  return { phases: Object.fromEntries(phases), timing };
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function isNumbers(value: unknown): value is HistoryPoint {
  return typeof value === "object" && value !== null && Object.values(value).every((number) => typeof number === "number");
}
