import { basename, resolve } from "node:path";
import { buildDataset } from "./build-dataset.js";
import type { Dataset, GoodMask } from "./dataset.js";
import { type Folder, nfc } from "./folder.js";
import type { ImageRow, Layout, LayoutContext } from "./layouts/layout.js";
import { remarkOnBadNames } from "./bad-names.js";
import { nameUnused } from "./name-unused.js";
import { remarks } from "./remarks.js";
import { noClasses } from "./resolve-data.js";
import type { ScanOptions } from "./scan-options.js";
import { remarkOnSimilarNames } from "./similar-names.js";
import { remarkOnTrainingMasks } from "./training-masks.js";

/** A context, and what its layout explained. */
export interface Scan {
  readonly context: LayoutContext;
  readonly explained: ReadonlySet<string>;
  readonly goodMasks: readonly GoodMask[];
}

/** Begins to scan a folder. */
export function newScan(root: string, { goodNames = [], className, needsTraining = true, signal }: ScanOptions): Scan {
  const explained = new Set<string>();
  const goodMasks: GoodMask[] = [];
  const context: LayoutContext = {
    root,
    goodNames,
    className: className ?? (basename(root) || "product"),
    needsTraining,
    remarks: remarks(),
    explain: (path) => void explained.add(path),
    addGoodMask(name, path) {
      explained.add(path);
      goodMasks.push({ class: nfc(name), id: nfc(path), file: resolve(root, path) });
    },
    signal,
  };
  return { context, explained, goodMasks };
}

/** The data set of what a layout found, with everything else named. */
export async function finishScan(
  folder: Folder,
  rows: readonly ImageRow[],
  { context, explained, goodMasks }: Scan,
  { name, title }: Pick<Layout, "name" | "title">,
): Promise<Dataset> {
  nameUnused(folder, rows, explained, context.remarks);
  if (rows.length === 0) throw noClasses(context.root, folder);
  remarkOnSimilarNames(rows, context.remarks);
  remarkOnBadNames(rows, context.remarks);
  await remarkOnTrainingMasks(rows, context);
  const isOneProduct =
    rows.every((row) => row.class === context.className) && !folder.folders.some((inside) => nfc(inside.name) === nfc(context.className));
  const { root, needsTraining } = context;
  const dataset = buildDataset(rows, context.remarks.all, { root, layout: name, title, isOneProduct, needsTraining });
  return goodMasks.length === 0 ? dataset : { ...dataset, goodMasks };
}
