import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { LtadError } from "@ltad/core";

const imageExtensions = new Set([".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".gif"]);

/**
 * The image files that were named: a folder stands for all images in it and below, in order of their names. A file named twice counts once.
 * Files are taken as they are named, whatever their extension; whether they can be read shows later.
 * @throws LtadError `LTAD_DATA` for a folder without an image
 */
export async function expandImages(paths: readonly string[]): Promise<string[]> {
  const files = await Promise.all(paths.map(async (path) => ((await isFolder(path)) ? imagesBelow(path) : [path])));
  return [...new Set(files.flat())];
}

async function imagesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const images = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith(".") && imageExtensions.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name));
  if (images.length > 0) return images.sort();
  throw new LtadError("LTAD_DATA", `${folder}: no image in this folder. Expected ${[...imageExtensions].join(", ")}.`, {
    details: { file: folder },
  });
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
