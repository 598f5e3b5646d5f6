import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type JobOptions, LtadError, sha256 } from "@ltad/core";
import { plural } from "@ltad/core/format";
import { type BadFile, checkFiles, type FileToCheck } from "@ltad/data";

export interface CheckInputsOptions extends JobOptions {
  /** Folder that remembers which files are whole, so that each is decoded once. */
  readonly cacheDir: string;
  /** The data set folder. */
  readonly root: string;
  /** Go on without files that cannot be used. */
  readonly skipBad: boolean;
  /** Largest image, in pixels; 100 million by default. */
  readonly maxPixels?: number | undefined;
}

/** What a job has to do without. */
export interface CheckedInputs {
  /** Paths of images and masks that cannot be used. */
  readonly bad: ReadonlySet<string>;
  /** In sentences for the user. */
  readonly warnings: readonly string[];
}

/**
 * Checks every file that a job is going to use, before its work begins.
 * @throws LtadError that names all files that cannot be used, unless they are to be skipped
 */
export async function checkInputs(files: readonly FileToCheck[], options: CheckInputsOptions): Promise<CheckedInputs> {
  const { signal, onProgress, cacheDir, root, maxPixels } = options;
  const memory = join(cacheDir, "checked", `${sha256(root).slice(0, 16)}.json`);
  const known = await readKnown(memory);
  const before = new Map(known);
  const { bad, pages } = await checkFiles(files, { known, signal, onProgress, ...(maxPixels !== undefined && { maxPixels }) });
  if ([...known].some(([file, state]) => before.get(file) !== state)) await writeKnown(memory, known);
  if (bad.length > 0 && !options.skipBad) throw badFilesError(bad);
  return { bad: new Set(bad.map(({ file }) => file)), warnings: [...skipped(bad), ...unusedPages(pages)] };
}

const mostNamed = 20;

function badFilesError(bad: readonly BadFile[]): LtadError {
  const [first] = bad;
  const details = { ...first!.error.details, files: bad.map(({ file }) => file) };
  const options = { cause: first!.error, details };
  if (bad.length === 1)
    return new LtadError(first!.error.code, `${first!.error.message} With --skip-bad the work goes on without it.`, options);
  const more = bad.length > mostNamed ? `\n  and ${bad.length - mostNamed} more` : "";
  const lines = bad.slice(0, mostNamed).map(({ error }) => `  ${error.message}`);
  const message = `${bad.length} files cannot be used:\n${lines.join("\n")}${more}\nWith --skip-bad the work goes on without them.`;
  return new LtadError<"LTAD_IMAGE" | "LTAD_MASK">(first!.error.code, message, options);
}

function skipped(bad: readonly BadFile[]): string[] {
  if (bad.length === 0) return [];
  const names = bad.slice(0, mostNamed).map(({ error, isMask }) => `${error.message}${isMask ? " Its image has no mask then." : ""}`);
  const more = bad.length > mostNamed ? ` And ${bad.length - mostNamed} more.` : "";
  return [`${plural(bad.length, "file")} skipped because of --skip-bad: ${names.join(" ")}${more}`];
}

function unusedPages(found: readonly { readonly file: string; readonly pages: number }[]): string[] {
  if (found.length === 0) return [];
  const names = found.slice(0, 3).map(({ file, pages }) => `${file} (${pages})`);
  return [
    `${plural(found.length, "image")} of several pages or frames, of which only the first is used: ${names.join(", ")}${found.length > 3 ? ", ..." : ""}.`,
  ];
}

async function readKnown(memory: string): Promise<Map<string, string>> {
  try {
    const entries: unknown = JSON.parse(await readFile(memory, "utf8"));
    return new Map(Array.isArray(entries) ? (entries as [string, string][]) : []);
  } catch {
    return new Map(); // none yet, or damaged: then every file is decoded again
  }
}

/** A memory that cannot be kept costs time and nothing else. */
async function writeKnown(memory: string, known: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(dirname(memory), { recursive: true })
    .then(() => writeFile(memory, JSON.stringify([...known])))
    .catch(() => undefined);
}
