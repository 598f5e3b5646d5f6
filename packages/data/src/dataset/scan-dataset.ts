import { stat } from "node:fs/promises";
import { basename, relative, sep } from "node:path";
import { LtadError } from "@ltad/core";
import { anything, boolean, check, fields, listOf, optional, type Rule, string } from "@ltad/core/check";
import { shown } from "@ltad/core/format";
import type { Dataset } from "./dataset.js";
import type { Folder } from "./folder.js";
import { checkLayoutFile } from "./layouts/layout-file.js";
import type { Layout, LayoutContext } from "./layouts/layout.js";
import { layouts } from "./layouts/layouts.js";
import { isMvtecClass } from "./layouts/mvtec-family.js";
import { readPatterns } from "./layouts/patterns.js";
import { readTable, tableRoot } from "./layouts/table.js";
import { finishScan, newScan } from "./one-scan.js";
import { readFolder } from "./read-folder.js";
import { noClasses, resolveData } from "./resolve-data.js";
import { scanGoodBad } from "./scan-good-bad.js";
import type { ScanOptions } from "./scan-options.js";

/** The names that `layout` accepts. */
export const layoutNames: readonly string[] = layouts.map(({ name }) => name);

const texts = optional(listOf(string));
/** Rules for the options of {@link scanDataset}, for functions that pass these options on. */
export const scanFields = {
  layout: optional(anything),
  goodNames: texts,
  className: optional(string),
  good: texts,
  bad: texts,
  links: optional(boolean),
} satisfies Readonly<Record<keyof Omit<ScanOptions, "needsTraining" | "signal">, Rule>>;
const optionsRule = fields({ ...scanFields, needsTraining: optional(boolean), signal: optional(anything) });

/**
 * Scans a data set: reads every file name, and decodes nothing except masks in layouts in which only the masks say which images are good. The same
 * folder gives the same lists on every machine. The remarks name all images that are not used.
 * @param data a folder in any of the known layouts, or a table of images (CSV or JSON lines); undefined with `good`
 * @throws LtadError `LTAD_DATA` when the folder is missing, empty or has no class, when a class has no training image and `needsTraining` is not false, when two files have one name,
 *   or when a link leaves the folder; `LTAD_MASK` when masks fit no image; `LTAD_CONFIG` for an unknown layout or a faulty layout file
 */
export async function scanDataset(data: string | undefined, options: ScanOptions = {}): Promise<Dataset> {
  check("scanDataset", { data, options }, { data: optional(string), options: optionsRule });
  const { good = [], bad = [] } = options;
  if (data === undefined || good.length > 0 || bad.length > 0) return scanGoodBad(data, { ...options, good, bad });
  const path = await resolveData(data);
  return (await stat(path)).isDirectory() ? scanFolder(path, options) : scanTable(path, options);
}

async function scanFolder(root: string, options: ScanOptions): Promise<Dataset> {
  const file = typeof options.layout === "object" ? checkLayoutFile(options.layout) : undefined;
  const links = options.links ?? file?.links;
  const folder = await readFolder(root, "", { links });
  const scan = newScan(root, {
    ...options,
    goodNames: [...(options.goodNames ?? []), ...(file?.["good-names"] ?? [])],
    className: options.className ?? file?.["class-name"],
  });
  const { context } = scan;
  if (file?.train !== undefined)
    return finishScan(folder, readPatterns(folder, file, context), scan, { name: "layout file", title: "the layout file says" });
  const layout = await chooseLayout(folder, file?.layout ?? (options.layout as string | undefined), context);
  return finishScan(folder, await layout.read(folder, context), scan, layout);
}

async function chooseLayout(folder: Folder, name: string | undefined, context: LayoutContext): Promise<Layout> {
  if (name !== undefined) {
    const named = layouts.find((layout) => layout.name === name);
    if (!named)
      throw new LtadError(
        "LTAD_CONFIG",
        `layout ${shown(name)}: there is no layout of this name and no file. Expected ${layoutNames.join(", ")}, or the path of a layout file.`,
        {
          details: { field: "layout", received: name },
        },
      );
    return named;
  }
  const nested = folder.folders.find((inside) => inside.folders.some(isMvtecClass));
  const found = layouts.find((layout) => layout.fits(folder, context));
  if (found && !(nested && found.name === "good-only")) return found;
  throw noClasses(context.root, folder, nested);
}

async function scanTable(file: string, options: ScanOptions): Promise<Dataset> {
  const root = await tableRoot(file);
  const scan = newScan(root, options);
  const rows = await readTable(file, scan.context, options);
  scan.context.explain(relative(root, file).split(sep).join("/"));
  const folder = await readFolder(root, "", options);
  return finishScan(folder, rows, scan, { name: "table", title: `the table ${shown(basename(file))}` });
}
