import { writeFileAtomic } from "@ltad/core";
import type { Evaluated } from "../evaluate.js";
import { buildReport, type ReportOptions } from "./build-report.js";
import { renderReport } from "./render-report.js";

/**
 * Writes an evaluation as one HTML file without requests: decisions, numbers, losses, and the best and worst images of every class.
 * @throws LtadError `LTAD_WRITE` when the disk refuses
 */
export async function writeReport(path: string, evaluated: Evaluated, options: ReportOptions = {}): Promise<void> {
  await writeFileAtomic(path, renderReport(await buildReport(evaluated, options)));
}
