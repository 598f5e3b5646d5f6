import { basename, relative } from "node:path";
import { isGood, masksOf } from "../dataset/dataset.js";
import { scanDataset } from "../dataset/scan-dataset.js";
import type { ScanOptions } from "../dataset/scan-options.js";
import { makeFolder } from "./make-folder.js";

/** What a scan of files found, short enough to write down: each image as `split/label path < masks`, by class. */
export interface ScannedFiles {
  readonly layout: string;
  readonly readAs: string;
  readonly classes: Readonly<Record<string, readonly string[]>>;
  readonly warnings: readonly string[];
}

/** Scans a folder made of these files (null: a small PNG). @param at the data set inside it */
export async function scanFiles(
  files: Readonly<Record<string, Uint8Array | string | null>>,
  options: ScanOptions & { readonly at?: string } = {},
): Promise<ScannedFiles> {
  const root = await makeFolder(Object.fromEntries(Object.entries(files).map(([path, content]) => [`set/${path}`, content])));
  const { at = "", ...rest } = options;
  const { layout, readAs, classes, warnings } = await scanDataset(`${root}/set/${at}`, rest);
  const short = (file: string) => relative(`${root}/set`, file);
  const found = classes.map(({ name, train, test }) => [
    name,
    [
      ...train.map(({ file }) => `train ${short(file)}`),
      ...test.map((item) => {
        const masks = masksOf(item).map((mask) => basename(mask));
        return `${isGood(item) ? "good" : item.label} ${short(item.file)}${masks.length > 0 ? ` < ${masks.join(" ")}` : ""}`;
      }),
    ],
  ]);
  return { layout, readAs, classes: Object.fromEntries(found), warnings: warnings.map((line) => line.replaceAll(root, "ROOT")) };
}

/** So many numbered files of a folder. */
export function several(folder: string, count: number, ending = ".png"): Record<string, null> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/${String(i).padStart(3, "0")}${ending}`, null]));
}
