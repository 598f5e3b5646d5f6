import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type JobOptions, LtadError, sha256 } from "@ltad/core";
import { plural } from "@ltad/core/format";
import { type BadFile, checkFiles, type Fault, faultLines, type FileToCheck } from "@ltad/data";

/** Where files are checked, and what happens to bad ones. */
export interface CheckInputsOptions extends JobOptions {
  /** Folder that remembers which files are whole, so that each is decoded once. */
  readonly cacheDir: string;
  /** The data set folder. */
  readonly root: string;
  /** Continue without files that cannot be used. */
  readonly skipBad: boolean;
  /** The most pixels that an image may have; 100 million by default. */
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
  if ([...known].some(([file, state]) => before.get(file) !== state)) await keep(memory, JSON.stringify([...known]));
  if (bad.length === 0) return { bad: new Set(), warnings: unusedPages(pages) };
  const told = await tell(bad, memory.replace(/json$/, "bad.txt"));
  if (!options.skipBad) throw badFilesError(bad, told);
  const skipped = `${plural(bad.length, "file")} skipped because of --skip-bad: ${told.lines.join(" ")}${told.more && ` ${told.more}`}`;
  return { bad: new Set(bad.map(({ file }) => file)), warnings: [skipped, ...unusedPages(pages)] };
}

const mostLines = 20;

/** What is said of bad files: a line for each, or for each kind of fault. */
interface Told {
  readonly lines: readonly string[];
  /** Where the whole list is, when the lines do not name every file; else empty. */
  readonly more: string;
}

/** @param list where to write all names, when the lines do not say them */
async function tell(bad: readonly BadFile[], list: string): Promise<Told> {
  const lines = faultLines(bad.map(withoutMask));
  const isWhole = lines.length <= mostLines && lines.length === bad.length;
  if (isWhole) return { lines, more: "" };
  const isWritten = await keep(list, bad.map(({ error }) => `${error.message}\n`).join(""));
  const left = lines.length > mostLines ? `And ${lines.length - mostLines} more problems. ` : "";
  return { lines: lines.slice(0, mostLines), more: `${left}${isWritten ? `The complete list is in ${list}` : ""}`.trim() };
}

/** A bad mask takes no image away, which is said with it. */
function withoutMask({ error, isMask }: BadFile): Fault {
  return { error: isMask ? { message: `${error.message} Without it, its image has no mask.`, details: error.details } : error };
}

function badFilesError(bad: readonly BadFile[], { lines, more }: Told): LtadError {
  const [first] = bad;
  const options = { cause: first!.error, details: { ...first!.error.details, files: bad.map(({ file }) => file) } };
  if (bad.length === 1)
    return new LtadError(first!.error.code, `${first!.error.message} With --skip-bad, the command continues without it.`, options);
  const said = [`${bad.length} files cannot be used:`, ...lines.map((line) => `  ${line}`), ...(more ? [`  ${more}`] : [])];
  const message = `${said.join("\n")}\nWith --skip-bad, the command continues without them.`;
  return new LtadError<"LTAD_IMAGE" | "LTAD_MASK">(first!.error.code, message, options);
}

function unusedPages(found: readonly { readonly file: string; readonly pages: number }[]): string[] {
  if (found.length === 0) return [];
  const names = found.slice(0, 3).map(({ file, pages }) => `${file} (${pages})`);
  return [
    `${plural(found.length, "image has", "images have")} several pages or frames, of which only the first is used: ${names.join(", ")}${found.length > 3 ? ", ..." : ""}.`,
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

/** Writes a file into the cache. One that cannot be kept costs time or a list, and nothing else. @returns whether it was written */
async function keep(path: string, text: string): Promise<boolean> {
  return mkdir(dirname(path), { recursive: true })
    .then(() => writeFile(path, text))
    .then(
      () => true,
      () => false,
    );
}
