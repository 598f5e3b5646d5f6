import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isLtadError, LtadError, writeError } from "@ltad/core";

/** A file that every merge writes: a folder without one holds something else. */
const marks = ["merged.json", "bad.jsonl"];

/**
 * Refuses an output folder into which a merge may not write.
 * @throws LtadError `LTAD_CONFIG` when it has files, unless `replace` and a merge wrote them
 */
export async function checkOut(folder: string, replace: boolean): Promise<void> {
  const names = await namesIn(folder);
  if (names.length === 0) return;
  if (!replace) throw refused(folder, "it already exists. Choose another folder, or replace it with --force");
  if (!marks.some((name) => names.includes(name)))
    throw refused(
      folder,
      `--force replaces only what \`ltad merge\` wrote, and this has other files, such as ${names[0]}. Choose another folder`,
    );
}

/**
 * Fills a folder completely or not at all: beside its place, and renamed at the end.
 * @throws LtadError `LTAD_CONFIG` as `checkOut`, `LTAD_WRITE`
 */
export async function writeFolder<T>(out: string, replace: boolean, fill: (beside: string) => Promise<T>): Promise<T> {
  await checkOut(out, replace);
  const folder = resolve(out);
  const beside = besideOf(folder);
  try {
    await guarded(out, () => mkdir(beside, { recursive: true }));
    const filled = await guarded(out, () => fill(beside));
    if (replace) await guarded(out, () => clear(folder));
    await guarded(out, () => rename(beside, folder));
    return filled;
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

/** Another merge may have been faster, and the place may be a mounted disk or full. */
async function guarded<T>(out: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (isLtadError(error) || syscall === undefined) throw error;
    if (code === "ENOTEMPTY" || code === "EEXIST") await checkOut(out, false);
    if (code === "EBUSY") throw refused(out, "it is a mounted disk, which cannot be replaced. Choose a folder in it");
    throw writeError(out, error);
  }
}

/** Moved away first, so that it is whole or gone. */
async function clear(folder: string): Promise<void> {
  const old = besideOf(folder);
  try {
    await rename(folder, old);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

function besideOf(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}.${randomBytes(6).toString("hex")}.part`);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw refused(
      folder,
      code === "ENOTDIR" ? "it is a file. Choose another folder" : `it cannot be read (${message}). Choose another folder`,
    );
  }
}

function refused(folder: string, why: string): LtadError {
  return new LtadError("LTAD_CONFIG", `--out ${folder}: ${why}.`, { details: { folder } });
}
