import { realpath, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { LtadError } from "@ltad/core";
import { shown } from "../internal/shown.js";
import { buildDataset } from "./build-dataset.js";
import type { Dataset } from "./dataset.js";
import { type Folder, hasImages, nfc } from "./folder.js";
import { badRows, goodRows } from "./layouts/good-bad.js";
import { checkLayoutFile, type LayoutFile } from "./layouts/layout-file.js";
import type { ImageRow, Layout, LayoutContext } from "./layouts/layout.js";
import { layouts } from "./layouts/layouts.js";
import { isMvtecClass } from "./layouts/mvtec-family.js";
import { readPatterns } from "./layouts/patterns.js";
import { readTable, tableRoot } from "./layouts/table.js";
import { nameUnused } from "./name-unused.js";
import { readFolder } from "./read-folder.js";
import { remarks } from "./remarks.js";

/** How to read a data set; by default everything is found out. */
export interface ScanOptions {
  /** The name of a layout (see {@link layoutNames}), or what a layout file says. */
  readonly layout?: string | LayoutFile | undefined;
  /** Names of folders, or labels of a table, that mean good images, beside "good". */
  readonly goodNames?: readonly string[] | undefined;
  /** The class of a folder with one product; by default the name of the folder. */
  readonly className?: string | undefined;
  /** Folders of good and of bad images of one product, in place of a data set folder. */
  readonly good?: readonly string[] | undefined;
  readonly bad?: readonly string[] | undefined;
  /** Follow links that lead out of the folder; they are refused by default. */
  readonly links?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const usual =
  "Expected one folder per class with CLASS/train/good/*.png, and for testing CLASS/test/good, CLASS/test/DEFECT and CLASS/ground_truth/DEFECT/NAME_mask.png (the layout of MVTec AD).";

/** The names that `layout` takes. */
export const layoutNames: readonly string[] = layouts.map(({ name }) => name);

/**
 * Scans a data set: every file name, nothing decoded but masks of layouts that say in no other way what is good. The same folder gives the same lists
 * on every machine. Whatever images it does not use are named in the remarks.
 * @param data a folder in any of the known layouts, or a table of images (CSV or JSON lines); undefined with `good`
 * @throws LtadError `LTAD_DATA` when the folder is missing, empty or has no class; a class has no training image; two files have one name;
 *   a link leaves the folder. `LTAD_MASK` when masks fit no image. `LTAD_CONFIG` for an unknown layout or a faulty layout file
 */
export async function scanDataset(data: string | undefined, options: ScanOptions = {}): Promise<Dataset> {
  const { good = [], bad = [] } = options;
  if (data === undefined || good.length > 0 || bad.length > 0) return scanFolders(data, { ...options, good, bad });
  const path = await resolveData(data);
  return (await stat(path)).isDirectory() ? scanFolder(path, options) : scanTable(path, options);
}

async function scanFolder(root: string, options: ScanOptions): Promise<Dataset> {
  const file = typeof options.layout === "object" ? checkLayoutFile(options.layout) : undefined;
  const links = options.links ?? file?.links;
  const folder = await readFolder(root, "", { links });
  const { context, explained } = contextOf(root, {
    ...options,
    goodNames: [...(options.goodNames ?? []), ...(file?.["good-names"] ?? [])],
    className: options.className ?? file?.["class-name"],
  });
  if (file?.train !== undefined)
    return finish(
      folder,
      readPatterns(folder, file, context),
      { context, explained },
      { name: "layout file", title: "the layout file says" },
    );
  const layout = await chooseLayout(folder, file?.layout ?? (options.layout as string | undefined), context);
  return finish(folder, await layout.read(folder, context), { context, explained }, layout);
}

/** A context, and what its layout explained. */
interface Scan {
  readonly context: LayoutContext;
  readonly explained: ReadonlySet<string>;
}

function contextOf(root: string, { goodNames = [], className, signal }: ScanOptions): Scan {
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

function finish(
  folder: Folder,
  rows: readonly ImageRow[],
  { context, explained }: Scan,
  { name, title }: Pick<Layout, "name" | "title">,
): Dataset {
  nameUnused(folder, rows, explained, context.remarks);
  if (rows.length === 0) throw noClasses(context.root, folder, "");
  const isOneProduct =
    rows.every((row) => row.class === context.className) && !folder.folders.some((inside) => nfc(inside.name) === nfc(context.className));
  return buildDataset(rows, context.remarks.all, { root: context.root, layout: name, title, isOneProduct });
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
  throw noClasses(context.root, folder, nested ? ` Did you mean ${shown(join(context.root, nested.name))}?` : "");
}

async function scanTable(file: string, options: ScanOptions): Promise<Dataset> {
  const root = await tableRoot(file);
  const scan = contextOf(root, options);
  const rows = await readTable(file, scan.context, options);
  const folder = await readFolder(root, "", options);
  return finish(folder, rows, scan, { name: "table", title: `the table ${shown(basename(file))}` });
}

/** `good` and `bad` folders anywhere. */
async function scanFolders(
  data: string | undefined,
  options: ScanOptions & { readonly good: readonly string[]; readonly bad: readonly string[] },
): Promise<Dataset> {
  const given = [...options.good, ...options.bad];
  if (data !== undefined || options.good.length === 0)
    throw new LtadError(
      "LTAD_CONFIG",
      `${data === undefined ? "no data set" : shown(data)}: give either a data set, or the folders of one product with --good FOLDER and, for testing, --bad FOLDER.`,
    );
  const paths = await Promise.all(given.map(resolveData));
  const root = commonFolder(paths);
  const folders = await Promise.all(paths.map((path) => readFolder(root, relative(root, path).split(sep).join("/"), options)));
  const [good, bad] = [folders.slice(0, options.good.length), folders.slice(options.good.length)];
  const scan = contextOf(root, { ...options, className: options.className ?? productOf(good[0]!, root) });
  const { className } = scan.context;
  const rows = [
    ...goodRows(className, good, bad.some(hasImages), scan.context),
    ...bad.flatMap((folder) => badRows(className, folder, undefined, scan.context)),
  ];
  const all: Folder = { name: basename(root), path: "", folders, images: [], others: [] };
  return finish(all, rows, scan, { name: "files", title: "folders of good and bad images" });
}

/** The product of a folder of good images: its own name, or that of the folder around it when its own only says "good". */
function productOf({ name, path }: Folder, root: string): string {
  const around = path.includes("/") ? path.split("/").at(-2)! : basename(root);
  return (isPlainGood(name) ? around : name) || "product";
}

function isPlainGood(name: string): boolean {
  return /^(?:good|ok|normal|train|images?)$/i.test(name);
}

function commonFolder(paths: readonly string[]): string {
  const parts = paths.map((path) => path.split(sep).slice(0, -1));
  const shared = parts[0]!.findIndex((part, i) => parts.some((other) => other[i] !== part));
  return (shared < 0 ? parts.reduce((a, b) => (b.length < a.length ? b : a)) : parts[0]!.slice(0, shared)).join(sep) || resolve(sep);
}

async function resolveData(folder: string): Promise<string> {
  const found = await realpath(folder).catch((error: unknown) => {
    const why =
      (error as NodeJS.ErrnoException).code === "EACCES" ? "you do not have permission to read this folder" : "there is no such folder";
    throw new LtadError("LTAD_DATA", `${shown(folder)}: ${why}. ${usual}`, { cause: error, details: { file: folder } });
  });
  if ((await stat(found)).isDirectory() || /\.(?:csv|tsv|jsonl|ndjson|txt)$/i.test(found)) return found;
  throw new LtadError("LTAD_DATA", `${shown(folder)}: this is a file, not a dataset folder, and no table (.csv, .tsv, .jsonl). ${usual}`, {
    details: { file: folder },
  });
}

function noClasses(root: string, { folders, images, others }: Folder, hint: string): LtadError {
  const all = [...folders.map(({ name }) => `${name}/`), ...images, ...others];
  const found =
    all.length === 0
      ? "it is empty"
      : `it contains ${all.slice(0, 6).map(shown).join(", ")}${all.length > 6 ? `, ... (${all.length} entries)` : ""}`;
  const advice =
    all.length === 0 || hint !== ""
      ? ""
      : " Other folders are read with --good FOLDER --bad FOLDER, --good-names NAME or a layout file (--layout FILE).";
  return new LtadError("LTAD_DATA", `${shown(root)}: no class found; ${found}. ${usual}${hint}${advice}`, { details: { file: root } });
}
