import { randomBytes } from "node:crypto";
import { rm, stat, statfs, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { LtadError } from "./errors.js";
import { writeError } from "./files.js";

/**
 * Checks that files can be written into a folder, before a long job computes what they will hold. The folder need not exist, and is not created.
 * @param bytes how much will be written; 1 MiB by default
 * @throws LtadError `LTAD_WRITE` when the path is a file, may not be written, or is on a disk with less free space
 */
export async function checkOutFolder(folder: string, bytes = 1024 * 1024): Promise<void> {
  const place = await existing(resolve(folder));
  const probe = join(place, `.${randomBytes(6).toString("hex")}.part`);
  try {
    await writeFile(probe, new Uint8Array(Math.min(bytes, 64 * 1024)), { flag: "wx" });
  } catch (error) {
    throw writeError(folder, error);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
  const free = await statfs(place).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Infinity, // this file system does not report its free space
  );
  if (free >= bytes) return;
  const message = `${folder}: about ${megabytes(bytes)} are needed here, and ${megabytes(free)} are free. Make room, or choose another folder.`;
  throw new LtadError("LTAD_WRITE", message, { details: { file: folder } });
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString("en-US")} MB`;
}

/** The folder itself, or the nearest one above that exists. */
async function existing(path: string): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw writeError(path, error);
  });
  if (found === null) return existing(dirname(path));
  if (found.isDirectory()) return path;
  throw new LtadError("LTAD_WRITE", `${path}: this is a file, not a folder. Choose another path for the result.`, {
    details: { file: path },
  });
}
