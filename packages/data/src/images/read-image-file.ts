import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { imageError } from "./image-error.js";
import { defaultMaxBytes, type ImageOptions } from "./image-limits.js";

/**
 * The content of an image file, read once; nothing is decoded.
 * @throws LtadError `LTAD_IMAGE` when the file is missing, not a regular file, or larger than `maxBytes`
 */
export async function readImageFile(path: string, options: ImageOptions = {}): Promise<Uint8Array> {
  return withImageFile(path, options, (file) => file.readFile());
}

/** The first bytes of an image file, or the whole file if it is shorter. @throws LtadError as {@link readImageFile} */
export async function readImageStart(
  path: string,
  length: number,
  options: ImageOptions = {},
): Promise<{ start: Uint8Array; whole: boolean }> {
  return withImageFile(path, options, async (file, size) => {
    if (size <= length) return { start: await file.readFile(), whole: true };
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, 0);
    return { start: buffer.subarray(0, bytesRead), whole: false };
  });
}

/** @throws LtadError `LTAD_IMAGE` when an image has more bytes than the limit */
export function checkByteLimit(bytes: number, name: string, maxBytes = defaultMaxBytes): void {
  if (bytes > maxBytes)
    throw imageError(name, `it has ${bytes} bytes; expected at most ${maxBytes}`, "Save a smaller file or raise maxBytes.");
}

/** A named pipe would keep whoever opens it waiting for a writer. Windows has no such flag. */
const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

async function withImageFile<T>(path: string, options: ImageOptions, use: (file: FileHandle, size: number) => Promise<T>): Promise<T> {
  const { name = path, maxBytes } = options;
  let file: FileHandle | undefined;
  try {
    file = await open(path, withoutWaiting);
    const stat = await file.stat();
    if (!stat.isFile())
      throw imageError(name, `this is ${stat.isDirectory() ? "a folder" : "not a regular file"}`, "Give the path of an image file.");
    checkByteLimit(stat.size, name, maxBytes);
    return await use(file, stat.size);
  } catch (error) {
    throw readError(name, error);
  } finally {
    await file?.close();
  }
}

function readError(name: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code.startsWith("LTAD_")) return error;
  if (code === "ENOENT" || code === "ENOTDIR") return imageError(name, "there is no such file", "Check the path.", error);
  if (code === "EACCES" || code === "EPERM")
    return imageError(name, "you do not have permission to read it", "Change its permissions.", error);
  return imageError(name, `it cannot be read (${code || String(error)})`, "Check the disk and the path.", error);
}
