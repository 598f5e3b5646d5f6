import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { isImageName } from "@ltad/data";
import { isPassedOver } from "./folder-images.js";
import type { ImageFile } from "./watch-line.js";

/** A file is complete when it does not change for so long, in milliseconds. */
const settleMs = 500;
/** A file that cannot be read and was changed within this time may not be complete. */
const slowMs = 10_000;
export interface CandidateOptions {
  /** A folder below the watched one that is passed over: that of the results. */
  readonly skip: string;
  readonly signal: AbortSignal;
  /** Whether this file, as it is now, has been judged. */
  readonly isJudged: (file: ImageFile) => boolean;
  /** Judges a file; "later" when it could not be read and may not be complete. */
  readonly judge: (file: ImageFile, isLastTry: boolean) => Promise<"done" | "later">;
}

/** A file that is watched until it is complete. */
export interface Candidate extends ImageFile {
  readonly since: number;
  due: number;
}

/** Takes a file among the candidates, unless it has been judged as it is. */
export async function note(folder: string, path: string, candidates: Map<string, Candidate>, options: CandidateOptions): Promise<void> {
  const file = nameOf(folder, path);
  const inside = relative(options.skip, path);
  const isResult = inside === "" || (!inside.startsWith("..") && resolve(inside) !== inside);
  if (isResult || file.split("/").some(isPassedOver) || !isImageName(path)) return;
  const now = await stateOf(folder, file);
  const before = candidates.get(file);
  if (!now || options.isJudged(now)) candidates.delete(file);
  else if (!before || !isSame(before, now)) candidates.set(file, seen(now));
}

/** Judges the candidates that did not change. */
export async function judgeDue(folder: string, candidates: Map<string, Candidate>, { judge, signal }: CandidateOptions): Promise<void> {
  for (const [file, candidate] of candidates) {
    if (signal.aborted) return;
    if (candidate.due > performance.now()) continue;
    const now = await stateOf(folder, file);
    if (!now) candidates.delete(file);
    else if (!isSame(candidate, now)) candidates.set(file, seen(now));
    else {
      const isRecent = Date.now() - Date.parse(now.modified) < slowMs && performance.now() - candidate.since < slowMs;
      if ((await judge(now, !isRecent)) === "done") candidates.delete(file);
      else candidate.due = performance.now() + 2 * settleMs;
    }
  }
}

export async function isFolderNow(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

function seen(file: ImageFile): Candidate {
  const since = performance.now();
  return { ...file, since, due: since + settleMs };
}

async function stateOf(folder: string, file: string): Promise<ImageFile | undefined> {
  const found: Stats | null = await stat(join(folder, file)).catch(() => null);
  return found?.isFile() ? { file, bytes: found.size, modified: found.mtime.toISOString() } : undefined;
}

function isSame(a: ImageFile, b: ImageFile): boolean {
  return a.bytes === b.bytes && a.modified === b.modified;
}

export function nameOf(folder: string, path: string): string {
  return relative(folder, path).split(sep).join("/");
}
