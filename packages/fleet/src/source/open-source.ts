import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { eachAtOnce, isLtadError, LtadError } from "@ltad/core";
import type { S3Options } from "../s3/s3-options.js";
import { listFiles, s3Folder } from "./list-files.js";
import { readContent } from "./read-content.js";
import type { RemoteFile } from "./web-dataset.js";

/** Images of a bucket, of archives or of a table with addresses, as a folder that can be scanned: the same names, and empty files. */
export interface Source {
  /** The folder or table to scan in place of the data. */
  readonly scan: string;
  /** What all locations have in common. */
  readonly root: string;
  /** The images that a table names; undefined where there is none. */
  readonly images: readonly string[] | undefined;
  /** Where a file of the folder is in truth, as a plan writes it. */
  readonly locate: (file: string) => string;
  /** A text with the true names in place of those of the folder. */
  readonly rename: (text: string) => string;
  /** Fetches the content of some files. What cannot be read stays empty. */
  load(files: readonly string[]): Promise<void>;
  /** Removes the folder. */
  close(): Promise<void>;
}

/** How a source is opened. */
export interface SourceOptions {
  readonly s3?: S3Options | undefined;
  /** Whether a table of local paths is one as well. */
  readonly tables?: boolean;
}

const mostFiles = 5_000_000;
/** Files that layouts read: tables near the root. */
const isText = ({ path, bytes }: RemoteFile) =>
  /\.(csv|tsv|txt|jsonl?|ndjson|ya?ml)$/i.test(path) && path.split("/").length <= 3 && bytes <= 256 * 1024 * 1024;
const mostTexts = 200;

/**
 * Opens data that is not a plain folder: s3://BUCKET/PREFIX, a tar file or a folder of them, or a table (CSV or JSON lines) with s3:// addresses.
 * @returns undefined for a folder or a table of local paths
 * @throws LtadError `LTAD_DATA` for a name that leads out of the data set, `LTAD_CONFIG` or `LTAD_FETCH` of the bucket
 */
export async function openSource(data: string, options: SourceOptions = {}): Promise<Source | undefined> {
  const listing = await listFiles(data, options);
  if (!listing) return undefined;
  const { files, table, root } = listing;
  checkNames(files, data);
  const temporary = await realpath(await mkdtemp(join(tmpdir(), "ltad-source-")));
  const close = () => rm(temporary, { recursive: true, force: true });
  const folder = join(temporary, basename(data.replace(/\.tar$/i, "")) || "data");
  const byPath = new Map(files.map((file) => [file.path, file]));
  const pathOf = (file: string) => relative(folder, file).replaceAll("\\", "/");
  const locate = (file: string) => byPath.get(pathOf(file))?.location ?? file;
  const source: Source = {
    scan: table ? join(folder, table.name) : folder,
    root,
    images: table && files.filter(({ isMask }) => !isMask).map(({ path }) => join(folder, path)),
    locate,
    rename: (text) => text.replaceAll(folder, data).replaceAll(s3Folder, "s3://"),
    async load(wanted) {
      await eachAtOnce(wanted, (file) => fetch(file, locate(file), options.s3), { atOnce: 16 });
    },
    close,
  };
  try {
    await touch(folder, files);
    if (table) await writeFile(source.scan, table.text);
    else
      await source.load(
        files
          .filter(isText)
          .slice(0, mostTexts)
          .map(({ path }) => join(folder, path)),
      );
    return source;
  } catch (error) {
    await close();
    throw error;
  }
}

async function touch(folder: string, files: readonly RemoteFile[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const below of new Set(files.map(({ path }) => dirname(path)))) await mkdir(join(folder, below), { recursive: true });
  await eachAtOnce(files, ({ path }) => writeFile(join(folder, path), ""), { atOnce: 64 });
}

async function fetch(file: string, location: string, s3: S3Options | undefined): Promise<void> {
  try {
    await writeFile(file, await readContent(location, location, s3));
  } catch (error) {
    if (!isLtadError(error) || error.code !== "LTAD_IMAGE") throw error;
  }
}

/** The names become paths, so none may lead out of the folder, and no two may be one. */
function checkNames(files: readonly RemoteFile[], data: string): void {
  const fault = ({ path, location }: RemoteFile, why: string) =>
    new LtadError("LTAD_DATA", `${data}: ${JSON.stringify(path)} (${location}) ${why}.`, { details: { file: path } });
  if (files.length > mostFiles) throw new LtadError("LTAD_DATA", `${data}: more than ${mostFiles} files. Divide them among several plans.`);
  const folders = new Set<string>();
  const seen = new Set<string>();
  for (const file of files) {
    const names = file.path.split("/");
    // oxlint-disable-next-line no-control-regex -- this is what is refused
    if (names.some((name) => name === "" || name === "." || name === "..") || /[\\\u0000-\u001f\u007f]/.test(file.path))
      throw fault(file, "points outside the data set, or has a character that paths must not contain. Rename it");
    if (seen.has(file.path)) throw fault(file, "appears twice. Rename one of them");
    seen.add(file.path);
    for (let count = 1; count < names.length; count++) folders.add(names.slice(0, count).join("/"));
  }
  for (const file of files)
    if (folders.has(file.path)) throw fault(file, "is a file, and a folder of the same name has files. Rename one of them");
}
