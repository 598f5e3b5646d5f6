import { basename } from "node:path";
import { buildDataset } from "./build-dataset.js";
import type { Dataset } from "./dataset.js";
import { type Folder, nfc } from "./folder.js";
import type { ImageRow, Layout, LayoutContext } from "./layouts/layout.js";
import { nameUnused } from "./name-unused.js";
import { remarks } from "./remarks.js";
import { noClasses } from "./resolve-data.js";
import type { ScanOptions } from "./scan-options.js";

/** A context, and what its layout explained. */
export interface Scan {
  readonly context: LayoutContext;
  readonly explained: ReadonlySet<string>;
}

/** Begins to scan a folder. */
export function newScan(root: string, { goodNames = [], className, signal }: ScanOptions): Scan {
  const explained = new Set<string>();
  const context: LayoutContext = {
    root,
    goodNames,
    className: className ?? (basename(root) || "product"),
    remarks: remarks(),
    explain: (path) => void explained.add(path),
    signal,
  };
  return { context, explained };
}

/** The data set of what a layout found, with everything else named. */
export function finishScan(
  folder: Folder,
  rows: readonly ImageRow[],
  { context, explained }: Scan,
  { name, title }: Pick<Layout, "name" | "title">,
): Dataset {
  nameUnused(folder, rows, explained, context.remarks);
  if (rows.length === 0) throw noClasses(context.root, folder);
  const isOneProduct =
    rows.every((row) => row.class === context.className) && !folder.folders.some((inside) => nfc(inside.name) === nfc(context.className));
  return buildDataset(rows, context.remarks.all, { root: context.root, layout: name, title, isOneProduct });
}
