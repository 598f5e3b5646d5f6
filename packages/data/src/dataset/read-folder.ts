import { type Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { LtadError } from "@ltad/core";
import { byCodePoint } from "../internal/by-code-point.js";
import { hasHidden, shown } from "../internal/shown.js";
import { type Folder, pathIn } from "./folder.js";
import { isImageName } from "../images/image-endings.js";

/** Options of {@link readFolder}. */
export interface ReadFolderOptions {
  /** Follow links that lead out of the root. */
  readonly links?: boolean | undefined;
}

const junk = new Set(["thumbs.db", "desktop.ini", "__macosx", "ehthumbs.db", "icon\r"]);
const most = { depth: 32, entries: 5_000_000 };

/** What all folders of one reading share. */
interface Reading {
  readonly root: string;
  readonly links: boolean;
  entries: number;
}

/**
 * Lists a folder and everything below it: names only. Links are followed when they end inside the root, or anywhere with `links`;
 * a link to a folder above itself is left out.
 * @param root the data set folder, resolved
 * @param path where to begin, below the root
 * @throws LtadError `LTAD_DATA` for a link that leaves the root or is broken, a name with control characters, a folder that cannot be read,
 *   and for more files than any data set has
 */
export async function readFolder(root: string, path = "", { links = false }: ReadFolderOptions = {}): Promise<Folder> {
  const absolute = path === "" ? root : join(root, path);
  return list({ name: basename(absolute), path, absolute, chain: [await realpath(absolute)] }, { root, links, entries: 0 });
}

/** A folder to list. */
interface Place {
  readonly name: string;
  readonly path: string;
  readonly absolute: string;
  /** Real paths of this folder and those above it. */
  readonly chain: readonly string[];
}

async function list(place: Place, reading: Reading): Promise<Folder> {
  const { name, path, absolute, chain } = place;
  const entries = (await readEntries(absolute)).filter((entry) => !entry.name.startsWith(".") && !junk.has(entry.name.toLowerCase()));
  reading.entries += entries.length;
  if (reading.entries > most.entries || chain.length > most.depth) throw tooMuch(reading);
  const found = { folders: [] as Place[], images: [] as string[], others: [] as string[] };
  for (const entry of entries.sort((a, b) => byCodePoint(a.name, b.name))) {
    checkName(entry.name, absolute);
    const at = join(absolute, entry.name);
    const link = entry.isSymbolicLink() ? await followLink(at, reading) : undefined;
    const kind = link?.kind ?? entry;
    if (kind.isDirectory()) {
      const real = link?.target ?? join(chain.at(-1)!, entry.name);
      if (!chain.includes(real))
        found.folders.push({ name: entry.name, path: pathIn({ path } as Folder, entry.name), absolute: at, chain: [...chain, real] });
    } else if (kind.isFile() && isImageName(entry.name)) found.images.push(entry.name);
    else found.others.push(entry.name);
  }
  const folders = await Promise.all(found.folders.map((below) => list(below, reading)));
  return { name, path, folders, images: found.images, others: found.others };
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

async function followLink(path: string, { root, links }: Reading) {
  const refuse = (why: string, remedy: string, cause?: unknown) =>
    new LtadError("LTAD_DATA", `${shown(path)}: this link ${why}. ${remedy}`, { cause, details: { file: path } });
  const target = await realpath(path).catch((error: unknown) => {
    throw refuse("is broken", "Copy its target into the dataset folder, or remove the link.", error);
  });
  if (!links && !target.startsWith(root.endsWith(sep) ? root : root + sep))
    throw refuse(
      "points outside the dataset folder",
      "Copy its target into the dataset folder, remove the link, or allow such links with --links (in code: { links: true }).",
    );
  return { target, kind: await stat(target) };
}

/** Names become parts of paths, list files and reports: none may hold characters that are not seen. */
function checkName(name: string, folder: string): void {
  if (!hasHidden(name) && !name.includes("\\")) return;
  throw new LtadError("LTAD_DATA", `${shown(join(folder, name))}: the name contains a backslash or an invisible character. Rename it.`, {
    details: { file: join(folder, name) },
  });
}

function tooMuch({ root }: Reading): LtadError {
  return new LtadError(
    "LTAD_DATA",
    `${shown(root)}: this folder holds more than ${most.entries.toLocaleString("en-US")} files, or folders more than ${most.depth} deep. Give the folder of the data set itself.`,
    { details: { file: root } },
  );
}
