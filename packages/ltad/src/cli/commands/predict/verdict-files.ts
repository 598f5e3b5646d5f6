import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { csvRow, LtadError, writeFileAtomic } from "@ltad/core";
import type { PredictionLine } from "./predict-command.js";
import { reasonOf } from "./verdict-line.js";

/** An image that could not be read. */
export interface FailedImage {
  readonly file: string;
  readonly error: string;
}

/** What came of one image. */
export type Outcome = PredictionLine | FailedImage;

export interface VerdictFilesOptions {
  readonly csv?: string;
  readonly junit?: string;
  readonly force?: boolean;
}

/** Whether the files can be written shows before the first image is scored. @throws LtadError `LTAD_CONFIG`, `LTAD_WRITE` */
export async function checkVerdictFiles({ csv, junit, force }: VerdictFilesOptions): Promise<void> {
  for (const [option, file] of Object.entries({ "--csv": csv, "--junit": junit })) {
    if (file === undefined) continue;
    const fail = (what: string) => new LtadError("LTAD_CONFIG", `${option} ${file}: ${what}`, { details: { file } });
    const folder = await stat(dirname(file)).catch(() => null);
    if (!folder?.isDirectory()) throw fail(`there is no folder ${dirname(file)}. Create it, or choose another file.`);
    if ((await stat(file).catch(() => null))?.isDirectory()) throw fail("this is a folder. Choose a file.");
    if (!force && existsSync(file)) throw fail("this file would be overwritten. Choose another file, or add --force.");
  }
}

/** Writes the results of all images as files for other programs. */
export async function writeVerdictFiles(outcomes: readonly Outcome[], { csv, junit }: VerdictFilesOptions): Promise<void> {
  if (csv !== undefined) await writeFileAtomic(csv, verdictCsv(outcomes));
  if (junit !== undefined) await writeFileAtomic(junit, verdictJunit(outcomes));
}

const columns = [
  "file",
  "verdict",
  "score",
  "limit",
  "p_value",
  "basis",
  "class",
  "class_given",
  "unlike_class",
  "nearest_class",
  "distance",
] as const;

/** A row an image; an image that could not be read has its error in the last column. */
export function verdictCsv(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((one) =>
    "error" in one ? [one.file, "ERROR", ...columns.slice(2).map(() => null), one.error] : [...columns.map((column) => one[column]), null],
  );
  return [[...columns, "error"], ...rows].map(csvRow).join("");
}

/** A test case an image, in the form of JUnit that build servers read: a failure is an image that is not OK, an error one that could not be read. */
export function verdictJunit(outcomes: readonly Outcome[]): string {
  const failures = outcomes.filter((one) => "verdict" in one && one.verdict === "NOT OK").length;
  const errors = outcomes.filter((one) => "error" in one).length;
  const counts = `tests="${outcomes.length}" failures="${failures}" errors="${errors}"`;
  const cases = outcomes.map(
    (one) =>
      `    <testcase classname="${xml("error" in one ? "unread" : one.class)}" name="${xml(one.file)}">${resultOf(one)}</testcase>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n  <testsuite name="ltad predict" ${counts}>\n${cases.join("")}  </testsuite>\n</testsuites>\n`;
}

function resultOf(one: Outcome): string {
  if ("error" in one) return `<error message="${xml(one.error)}"/>`;
  return one.verdict === "NOT OK" ? `<failure message="${xml(reasonOf(one))}"/>` : "";
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;" };

/** Text of an attribute; what XML 1.0 cannot hold becomes a visible mark. */
function xml(text: string): string {
  return text.replace(/[&<>"\n\t]/g, (c) => entities[c]!).replace(/[\p{Cc}\p{Surrogate}\ufffe\uffff]/gu, "\ufffd");
}
