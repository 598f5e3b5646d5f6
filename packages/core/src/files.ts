import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { check, refuse, type Rule } from "./check/rule.js";
import { string } from "./check/simple.js";
import { LtadError } from "./errors.js";
import { decodeSafetensors, encodeSafetensors, type FileArrays, type Safetensors } from "./safetensors.js";

/**
 * Writes a file completely or not at all: it is written under a temporary name in the same folder, flushed to disk, and then renamed.
 * Missing folders are created.
 * @throws LtadError `LTAD_WRITE` when the disk is full or the place may not be written
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  check("write", { path }, { path: string });
  const beside = join(dirname(path), `.${randomBytes(6).toString("hex")}.part`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(beside, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined); // the first error is the one to report
    throw writeError(path, error);
  }
}

/** Turns the error of a failed write into an LtadError `LTAD_WRITE` that says in words why it failed and what to do. */
export function writeError(path: string, error: unknown): LtadError {
  const reasons: Record<string, string> = {
    ENOSPC: "the disk is full. Free some space and run again; no partial file was left behind.",
    EDQUOT: "your disk quota is used up. Free some space and run again; no partial file was left behind.",
    EFBIG: "it is larger than the file system or your limits allow. Choose another folder.",
    EACCES: "you do not have permission to write it. Choose another folder or change its permissions.",
    EPERM: "you do not have permission to write it. Choose another folder or change its permissions.",
    EROFS: "the file system is read-only. Choose another folder.",
    ENOTDIR: "a part of the path is a file, not a folder. Choose another path.",
    EEXIST: "a part of the path is a file, not a folder. Choose another path.",
    EISDIR: "it is a folder. Choose another name.",
    ENAMETOOLONG: "the name is too long for this file system. Choose a shorter one.",
  };
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return new LtadError("LTAD_WRITE", `${path}: ${reasons[code] ?? `it cannot be written (${(error as Error).message}).`}`, {
    cause: error,
    details: { file: path },
  });
}

/** Writes arrays as a safetensors file; see {@link writeFileAtomic}. */
export async function writeSafetensors(path: string, arrays: FileArrays, metadata?: Readonly<Record<string, string>>): Promise<void> {
  await writeFileAtomic(path, encodeSafetensors(arrays, metadata));
}

/** Reads a safetensors file. @throws LtadError `LTAD_WEIGHTS` when it is missing or damaged */
export async function readSafetensors(path: string): Promise<Safetensors> {
  try {
    return decodeSafetensors(await readFile(path), path);
  } catch (error) {
    if (error instanceof LtadError) throw error;
    throw new LtadError("LTAD_WEIGHTS", `${path}: cannot be read (${(error as Error).message}).`, {
      cause: error,
      details: { file: path },
    });
  }
}

/** The SHA-256 of some bytes, or of a text in UTF-8, as 64 lower-case hexadecimal digits. */
export function sha256(content: Uint8Array | string): string {
  check("sha256", { content }, { content: bytesOrText });
  return createHash("sha256").update(content).digest("hex");
}

const bytesOrText: Rule = (value, path) => {
  if (typeof value !== "string" && !(value instanceof Uint8Array)) throw refuse(path, "a Uint8Array or a text", value, "LTAD_SHAPE");
};
