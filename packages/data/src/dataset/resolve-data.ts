import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";
import type { Folder } from "./folder.js";
import { isBadWord } from "./words.js";

const usual =
  "Expected one folder per class with CLASS/train/good/*.png, and for testing CLASS/test/good, CLASS/test/DEFECT and CLASS/ground_truth/DEFECT/NAME_mask.png (the layout of MVTec AD).";

/** The real path of a folder or a table. @throws LtadError `LTAD_DATA` when it is neither */
export async function resolveData(folder: string): Promise<string> {
  const found = await realpath(folder).catch((error: unknown) => {
    const why =
      (error as NodeJS.ErrnoException).code === "EACCES" ? "you do not have permission to read this folder" : "there is no such folder";
    throw new LtadError("LTAD_DATA", `${shown(folder)}: ${why}. ${usual}`, { cause: error, details: { file: folder } });
  });
  if ((await stat(found)).isDirectory() || /\.(?:csv|tsv|jsonl|ndjson|txt)$/i.test(found)) return found;
  const unpack = /\.(?:zip|tar|t?[gx]z|tbz2?|bz2|7z|rar)$/i.test(found) ? " Unpack the archive, and give its folder." : "";
  const message = `${shown(folder)}: this is a file, but neither a folder nor a table (.csv, .tsv, .jsonl).${unpack} ${usual}`;
  throw new LtadError("LTAD_DATA", message, { details: { file: folder } });
}

/** The error for a folder in which no layout finds a class. @param nested a folder inside that looks like a data set */
export function noClasses(root: string, { folders, images, others, hidden = [] }: Folder, nested?: Folder): LtadError {
  const all = [...folders.map(({ name }) => `${name}/`), ...images, ...others, ...hidden.map((name) => `${name}/`)];
  const found =
    all.length === 0
      ? "it is empty"
      : `it contains ${all.slice(0, 6).map(shown).join(", ")}${all.length > 6 ? `, ... (${all.length} entries)` : ""}`;
  const hint = nested === undefined ? "" : ` Did you mean ${shown(join(root, nested.name))}?`;
  const bad = folders.find(({ name }) => isBadWord(name));
  const unclear = bad === undefined ? "" : ` The name ${shown(bad.name)} says that its images are defective; say which are good.`;
  const advice =
    all.length === 0 || hint !== ""
      ? ""
      : `${unclear} Other folders are read with --good FOLDER --bad FOLDER, --good-names NAME or a layout file (--layout FILE).`;
  return new LtadError("LTAD_DATA", `${shown(root)}: no class found; ${found}. ${usual}${hint}${advice}`, { details: { file: root } });
}
