import { writeFileAtomic } from "@ltad/core";
import type { Evaluated } from "../evaluate.js";
import { buildReport, type ReportOptions } from "./build-report.js";
import { renderReport } from "./render-report.js";

/**
 * Writes an evaluation as one self-contained HTML file: decisions, metrics, losses, and the best and worst images of every class.
 * @param path of the file, which is replaced
 * @throws LtadError `LTAD_WRITE` when it cannot be written, `LTAD_IMAGE` when an image can no longer be read
 */
export async function writeReport(path: string, evaluated: Evaluated, options: ReportOptions = {}): Promise<void> {
  await writeFileAtomic(path, renderReport(await buildReport(evaluated, options)));
}
