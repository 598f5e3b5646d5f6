import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { LtadError } from "@ltad/core";

/** Also for a link to a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

/** What a path is that is neither a file nor a folder: opening a named pipe waits for ever. Undefined for files, folders, and where nothing is. */
export async function specialKind(path: string): Promise<string | undefined> {
  const found: Stats | null = await stat(path).catch(() => null);
  if (!found || found.isFile() || found.isDirectory()) return undefined;
  return found.isFIFO() ? "a named pipe" : found.isSocket() ? "a socket" : "a device";
}

/** @throws LtadError `LTAD_IMAGE` for a named pipe, a socket or a device */
export async function checkIsFile(path: string): Promise<void> {
  const kind = await specialKind(path);
  if (kind === undefined) return;
  throw new LtadError("LTAD_IMAGE", `${path}: this is ${kind}, not a file. Give the path of an image file.`, { details: { file: path } });
}
