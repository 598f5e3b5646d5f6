import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { LtadError } from "@ltad/core";
import { shown } from "../internal/shown.js";
import type { ClassData, Dataset } from "./dataset.js";
import { type Listing, listFolder } from "./list-folder.js";
import { scanClass } from "./scan-class.js";

const layout =
  "Expected one folder per class with CLASS/train/good/*.png, and for testing CLASS/test/good, CLASS/test/DEFECT and CLASS/ground_truth/DEFECT/NAME_mask.png (the layout of MVTec AD).";

/**
 * Scans a dataset folder: every file name, nothing decoded. The same folder gives the same lists on every machine.
 * @throws LtadError `LTAD_DATA` when the folder is missing, empty or has no class; a class has no training image; two files have one name;
 *   a link leaves the folder. `LTAD_MASK` when masks fit no image.
 */
export async function scanDataset(folder: string): Promise<Dataset> {
  const root = await resolveRoot(folder);
  const listing = await listFolder(root, root);
  const warnings: string[] = [];
  const classes: ClassData[] = [];
  for (const name of listing.folders) {
    if (await holdsClass(join(root, name))) classes.push(await scanClass({ root, name, warnings }));
    else warnings.push(`${shown(name)}: not a class (it has no train/ folder); ignored.`);
  }
  if (classes.length === 0) throw await noClasses(root, listing);
  return { root, classes, warnings };
}

async function holdsClass(folder: string): Promise<boolean> {
  const kinds = await Promise.all(["train", "test", "ground_truth"].map((part) => stat(join(folder, part)).catch(() => null)));
  return kinds.some((kind) => kind?.isDirectory());
}

async function resolveRoot(folder: string): Promise<string> {
  const fail = (why: string, cause?: unknown) =>
    new LtadError("LTAD_DATA", `${shown(folder)}: ${why}. ${layout}`, { cause, details: { file: folder } });
  const root = await realpath(folder).catch((error: unknown) => {
    throw fail(
      (error as NodeJS.ErrnoException).code === "EACCES" ? "you do not have permission to read this folder" : "there is no such folder",
      error,
    );
  });
  if (!(await stat(root)).isDirectory()) throw fail("this is a file, not a dataset folder");
  return root;
}

async function noClasses(root: string, listing: Listing): Promise<LtadError> {
  const all = [...listing.folders.map((name) => `${name}/`), ...listing.images, ...listing.others];
  const found =
    all.length === 0
      ? "it is empty"
      : `it contains ${all.slice(0, 6).map(shown).join(", ")}${all.length > 6 ? `, ... (${all.length} entries)` : ""}`;
  return new LtadError("LTAD_DATA", `${shown(root)}: no class found; ${found}. ${layout}${await hint(root, listing)}`, {
    details: { file: root },
  });
}

/** Two common slips: the folder of one class was given, or the folder above the dataset. */
async function hint(root: string, { folders }: Listing): Promise<string> {
  if (folders.includes("train")) return ` This folder looks like the class ${shown(basename(root))} itself: give the folder above it.`;
  for (const folder of folders) {
    for (const below of await readdir(join(root, folder)).catch(() => [])) {
      if (await holdsClass(join(root, folder, below))) return ` Did you mean ${shown(join(root, folder))}?`;
    }
  }
  return "";
}
