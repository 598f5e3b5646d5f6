import { basename, relative, resolve, sep } from "node:path";
import { LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";
import type { Dataset } from "./dataset.js";
import { type Folder, hasImages } from "./folder.js";
import { badRows, goodRows } from "./layouts/good-bad.js";
import { finishScan, newScan } from "./one-scan.js";
import { readFolder } from "./read-folder.js";
import { resolveData } from "./resolve-data.js";
import type { ScanOptions } from "./scan-options.js";

/**
 * One product from folders of good and bad images anywhere.
 * @throws LtadError `LTAD_CONFIG` without a good one, or together with a data set; `LTAD_DATA` as `scanDataset`
 */
export async function scanGoodBad(
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
  const twice = paths.findIndex((path, i) => paths.indexOf(path) < i);
  if (twice >= 0)
    throw new LtadError("LTAD_CONFIG", `${shown(given[twice]!)}: this folder is given twice; name each folder once, with --good or --bad.`);
  const root = commonFolder(paths);
  const whole = await Promise.all(paths.map((path) => readFolder(root, relative(root, path).split(sep).join("/"), options)));
  const own = new Set(whole.map(({ path }) => path));
  const folders = whole.map((folder) => withoutFolders(folder, own));
  const [good, bad] = [folders.slice(0, options.good.length), folders.slice(options.good.length)];
  const scan = newScan(root, { ...options, className: options.className ?? productOf(good[0]!, root) });
  const { className } = scan.context;
  const rows = [
    ...goodRows(className, good, bad.some(hasImages), scan.context),
    ...bad.flatMap((folder) => badRows(className, folder, undefined, scan.context)),
  ];
  const all: Folder = { name: basename(root), path: "", folders, images: [], others: [] };
  return finishScan(all, rows, scan, { name: "files", title: "folders of good and bad images" });
}

/** A folder without those inside it that are given themselves, such as bad images in a folder of good ones. */
function withoutFolders(folder: Folder, given: ReadonlySet<string>): Folder {
  const left = folder.folders.filter(({ path }) => !given.has(path));
  return { ...folder, folders: left.map((inside) => withoutFolders(inside, given)) };
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
