import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { LtadError } from "@ltad/core";
import { plural } from "@ltad/core/format";
import { isImageName, isMaskWord, separateMasks } from "@ltad/data";
import { isFolder, specialKind } from "./file-kind.js";

/** The files that were named, and what of the folders is not scored. */
export interface ExpandedImages {
  readonly files: readonly string[];
  /** Paths that are no images by their names, hidden ones, masks, and links to folders and named pipes, which say so; folders end with "/". */
  readonly passedOver: readonly string[];
}

/**
 * The image files that were named: a folder means all images in it and below it, in order of their paths. A file named twice counts once.
 * Files are taken as they are named, whatever their ending; whether they can be read shows later. The masks of a data set, in folders named
 * `ground_truth`, `masks` and the like or beside their images as `0_mask.png`, are no images to score. A link to a folder is followed only when it
 * is named itself.
 * @throws LtadError `LTAD_DATA` for a folder without an image
 */
export async function expandImages(paths: readonly string[]): Promise<ExpandedImages> {
  const passedOver: string[] = [];
  const files = await Promise.all(paths.map(async (path) => ((await isFolder(path)) ? imagesBelow(path, passedOver) : [path])));
  return { files: [...new Set(files.flat())], passedOver: passedOver.sort() };
}

const mostNamed = 20;

/** What a folder holds beside the images that are scored, in a sentence. */
export function notScored(passedOver: readonly string[]): string {
  const more = passedOver.length > mostNamed ? `, and ${passedOver.length - mostNamed} more` : "";
  return `${plural(passedOver.length, "entry", "entries")} not scored, because they are hidden files, masks, heat maps that \`ltad predict\` wrote, links to folders, or not images: ${passedOver.slice(0, mostNamed).join(", ")}${more}.`;
}

async function imagesBelow(folder: string, passedOver: string[]): Promise<string[]> {
  const images: string[] = [];
  await walk(folder, images, passedOver);
  if (images.length > 0) return images.sort();
  const found = passedOver.length === 0 ? "it is empty" : `it contains ${passedOver.slice(0, 5).join(", ")}`;
  throw new LtadError("LTAD_DATA", `${folder}: no images in this folder; ${found}. Expected files such as .png, .jpg, .tif or .bmp.`, {
    details: { file: folder },
  });
}

async function walk(folder: string, images: string[], passedOver: string[]): Promise<void> {
  const entries = await entriesOf(folder);
  const { masksOf } = separateMasks(entries.map(({ name }) => name).filter((name) => isImageName(name) && !name.startsWith(".")));
  const masks = new Set([...masksOf.values()].flat());
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const isHidden = entry.name.startsWith(".") || masks.has(entry.name) || isOutput(entry.name);
    if (entry.isDirectory()) {
      if (isHidden || isMaskWord(entry.name)) passedOver.push(`${path}/`);
      else await walk(path, images, passedOver);
    } else if (!isHidden && (await isFolder(path))) passedOver.push(`${path} (a link to a folder)`);
    else if (isHidden || !isImageName(entry.name)) passedOver.push(path);
    else {
      const kind = await specialKind(path);
      if (kind === undefined) images.push(path);
      else passedOver.push(`${path} (${kind}, not a file)`);
    }
  }
}

/** A map or an overlay that an earlier run wrote. */
function isOutput(name: string): boolean {
  return /\.(?:map|overlay)\.png$/.test(name);
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    const message = `${folder}: this folder cannot be read (${(error as NodeJS.ErrnoException).code}). Check its permissions.`;
    throw new LtadError("LTAD_DATA", message, { cause: error, details: { file: folder } });
  });
}
