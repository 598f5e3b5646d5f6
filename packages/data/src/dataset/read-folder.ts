import { type Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { LtadError } from "@ltad/core";
import { hasHidden, plural, shown } from "@ltad/core/format";
import { byCodePoint } from "../internal/by-code-point.js";
import { type Folder, nfc, pathIn } from "./folder.js";
import { isImageName } from "../images/image-endings.js";

/** Options of {@link readFolder}. */
export interface ReadFolderOptions {
  /** Follow links that lead out of the root. */
  readonly links?: boolean | undefined;
}

const junk = new Set(["thumbs.db", "desktop.ini", "__macosx", "ehthumbs.db", "icon\r"]);
/** Hidden folders of systems and programs. */
const known =
  /^\.(?:_.*|git.*|svn|hg|dvc|ipynb_checkpoints|vscode|idea|vs|cache.*|venv|huggingface|thumb.*|trash.*|spotlight-v100|fseventsd|temporaryitems|documentrevisions-v100|apdisk|appledouble|ds_store|__macosx|tmp.*|temp.*|snapshots?|sync.*|stfolder|stversions|dropbox.*|pytest_cache|mypy_cache|ruff_cache)$/i;
const most = { depth: 32, entries: 5_000_000 };

/** What all folders of one reading share. */
interface Reading {
  readonly root: string;
  readonly links: boolean;
  entries: number;
  /** Links that cannot be followed. */
  readonly faults: LinkFault[];
}

interface LinkFault {
  readonly path: string;
  readonly why: string;
  readonly remedy: string;
  readonly cause?: unknown;
}

/**
 * Lists a folder and everything below it: names only. Links are followed when they end inside the root, or anywhere with `links`;
 * a link to a folder above itself is not followed.
 * @param root the data set folder, resolved
 * @param path where to begin, below the root
 * @throws LtadError `LTAD_DATA` for a link that leaves the root or is broken, a name with control characters, a folder that cannot be read,
 *   and for more files than a data set may have
 */
export async function readFolder(root: string, path = "", { links = false }: ReadFolderOptions = {}): Promise<Folder> {
  const absolute = path === "" ? root : join(root, path);
  const reading: Reading = { root, links, entries: 0, faults: [] };
  const folder = await list({ name: basename(absolute), path, absolute, chain: [await realpath(absolute)] }, reading);
  if (reading.faults.length > 0) throw linkError(reading.faults);
  return folder;
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
  const all = await readEntries(absolute);
  const entries = all.filter((entry) => !entry.name.startsWith(".") && !junk.has(entry.name.toLowerCase()));
  const hidden = all
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(".") && !known.test(entry.name))
    .map(({ name: one }) => one);
  reading.entries += entries.length;
  if (reading.entries > most.entries || chain.length > most.depth) throw tooMuch(reading);
  const found = { folders: [] as Place[], images: [] as string[], others: [] as string[] };
  const composed = new Map<string, string>();
  for (const entry of entries.sort((a, b) => byCodePoint(a.name, b.name))) {
    checkName(entry.name, absolute);
    checkTwins(entry.name, composed, absolute);
    const at = join(absolute, entry.name);
    const link = entry.isSymbolicLink() ? await followLink(at, reading) : undefined;
    if (link === null) continue;
    const kind = link?.kind ?? entry;
    if (kind.isDirectory()) {
      const real = link?.target ?? join(chain.at(-1)!, entry.name);
      if (!chain.includes(real))
        found.folders.push({ name: entry.name, path: pathIn({ path } as Folder, entry.name), absolute: at, chain: [...chain, real] });
    } else if (kind.isFile() && isImageName(entry.name)) found.images.push(entry.name);
    else found.others.push(entry.name);
  }
  const folders = await Promise.all(found.folders.map((below) => list(below, reading)));
  return {
    name,
    path,
    folders,
    images: found.images,
    others: found.others,
    ...(hidden.length > 0 && { hidden: hidden.sort(byCodePoint) }),
  };
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

/** @returns null for a link that cannot be followed */
async function followLink(path: string, { root, links, faults }: Reading) {
  const refuse = (why: string, remedy: string, cause?: unknown) => {
    faults.push({ path, why, remedy, cause });
    return null;
  };
  try {
    const target = await realpath(path);
    if (links || target === root || target.startsWith(root.endsWith(sep) ? root : root + sep)) return { target, kind: await stat(target) };
    const allow = "or allow such links with --links (in code: { links: true })";
    return refuse("points outside the data set", `Copy its target into the data set, remove the link, ${allow}.`);
  } catch (error) {
    return refuse("is broken", "Copy its target into the data set, or remove the link.", error);
  }
}

/** The first link, and how many more there are. */
function linkError(faults: readonly LinkFault[]): LtadError {
  const [first, ...more] = faults.toSorted((a, b) => byCodePoint(a.path, b.path)) as [LinkFault, ...LinkFault[]];
  const { path, why, remedy, cause } = first;
  const same = more.filter((fault) => fault.why === why).map((fault) => shown(fault.path));
  const others = more.length - same.length;
  const named = same.length > 3 ? `${same.slice(0, 3).join(", ")}, ...` : same.join(", ");
  const also =
    same.length > 0 ? ` The same is true of ${plural(same.length, "more link")}: ${named}${named.endsWith("...") ? "" : "."}` : "";
  const rest = others > 0 ? ` And ${plural(others, "link")} cannot be followed for another reason.` : "";
  const details = { file: path, files: [first, ...more].map((fault) => fault.path) };
  return new LtadError("LTAD_DATA", `${shown(path)}: this link ${why}. ${remedy}${also}${rest}`, { cause, details });
}

/** Two entries whose names are the same when composed would be one class or one image. */
function checkTwins(name: string, composed: Map<string, string>, folder: string): void {
  const key = nfc(name);
  const twin = composed.get(key);
  composed.set(key, name);
  if (twin === undefined) return;
  const codes = [twin, name].map((one) =>
    Array.from(one, (c) => (c > "~" ? `U+${c.codePointAt(0)!.toString(16).padStart(4, "0")}` : c)).join(""),
  );
  throw new LtadError(
    "LTAD_DATA",
    `${shown(folder)}: ${codes.join(" and ")} have the same name, written with different Unicode characters (composed and decomposed). Rename or merge them.`,
    { details: { file: join(folder, name) } },
  );
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
    `${shown(root)}: this folder holds more than ${most.entries.toLocaleString("en-US")} files, or folders nested more than ${most.depth} deep. Give the folder of the data set itself.`,
    { details: { file: root } },
  );
}
