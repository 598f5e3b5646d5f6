import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LtadError } from "@ltad/core";

/**
 * A folder for what a computing process needs for a while, such as the files of a model.
 * @throws LtadError `LTAD_FETCH`, for another machine may have room
 */
export function scratchFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), "ltad-work-"));
  } catch (error) {
    throw scratchError(tmpdir(), error);
  }
}

export function removeScratch(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Why the folder cannot be used. */
export function scratchError(folder: string, error: unknown): LtadError {
  const message = `${folder}: temporary files cannot be written (${(error as Error).message}). Make room on this machine, or name another folder with TMPDIR.`;
  return new LtadError("LTAD_FETCH", message, { cause: error });
}
