import { type Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { LtadError } from "@ltad/core";
import { isImageName } from "../images/image-endings.js";
import { byCodePoint } from "../internal/by-code-point.js";
import { hasHidden, shown } from "../internal/shown.js";

/** What a folder holds, each list in code point order; hidden and junk files are left out. */
export interface Listing {
  readonly folders: readonly string[];
  readonly images: readonly string[];
  readonly others: readonly string[];
}

const junk = new Set(["thumbs.db", "desktop.ini", "__macosx", "ehthumbs.db", "icon\r"]);
/**
 * Lists a folder. Links are followed when they end inside the root.
 * @param root the dataset folder, resolved
 * @throws LtadError `LTAD_DATA` for a link that leaves the root or is broken, a name with control characters, a folder that cannot be read
 */
export async function listFolder(folder: string, root: string): Promise<Listing> {
  const listing = { folders: [] as string[], images: [] as string[], others: [] as string[] };
  const entries = (await readEntries(folder)).filter(({ name }) => !name.startsWith(".") && !junk.has(name.toLowerCase()));
  for (const entry of entries.sort((a, b) => byCodePoint(a.name, b.name))) {
    checkName(entry.name, folder);
    const kind = entry.isSymbolicLink() ? await followLink(join(folder, entry.name), root) : entry;
    if (kind.isDirectory()) listing.folders.push(entry.name);
    else if (kind.isFile() && isImageName(entry.name)) listing.images.push(entry.name);
    else listing.others.push(entry.name);
  }
  return listing;
}

/** {@link listFolder}, or null when there is no such folder. */
export async function listFolderIfThere(folder: string, root: string): Promise<Listing | null> {
  const there = await stat(folder).catch(() => null);
  return there?.isDirectory() ? listFolder(folder, root) : null;
}

async function readEntries(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw new LtadError(
      "LTAD_DATA",
      `${shown(folder)}: this folder cannot be read (${(error as NodeJS.ErrnoException).code}). Check its permissions.`,
      {
        cause: error,
        details: { file: folder },
      },
    );
  }
}

async function followLink(path: string, root: string) {
  const refuse = (why: string, cause?: unknown) =>
    new LtadError("LTAD_DATA", `${shown(path)}: this link ${why}. Copy its target into the dataset folder, or remove the link.`, {
      cause,
      details: { file: path },
    });
  const target = await realpath(path).catch((error: unknown) => {
    throw refuse("is broken", error);
  });
  if (!target.startsWith(root.endsWith(sep) ? root : root + sep)) throw refuse("points outside the dataset folder");
  return stat(target);
}

/** Names become parts of paths, list files and reports: none may hold characters that are not seen. */
function checkName(name: string, folder: string): void {
  if (!hasHidden(name) && !name.includes("\\")) return;
  throw new LtadError("LTAD_DATA", `${shown(join(folder, name))}: the name contains a backslash or an invisible character. Rename it.`, {
    details: { file: join(folder, name) },
  });
}
