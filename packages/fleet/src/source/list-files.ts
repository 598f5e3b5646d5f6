import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, posix, resolve } from "node:path";
import { decodeText, eachAtOnce, LtadError } from "@ltad/core";
import { isImageName, tablePaths } from "@ltad/data";
import { openBucket } from "../s3/open-bucket.js";
import { parseS3, type S3Options } from "../s3/s3-options.js";
import { formatLocation } from "./location.js";
import { tarMembers } from "./tar-members.js";
import { type RemoteFile, sampleTable } from "./web-dataset.js";

/** What is at a place that is no plain folder: its files, and the table that says what they are, where there is one. */
export interface Listing {
  readonly files: readonly RemoteFile[];
  readonly table?: { readonly name: string; readonly text: string };
  /** What all locations have in common. */
  readonly root: string;
}

const isTar = (name: string) => /\.tar$/i.test(name);
const isTable = (name: string) => /\.(?:csv|tsv|jsonl|ndjson)$/i.test(name);
const mostTable = 256 * 1024 * 1024; // bytes
/** In tables, addresses become paths in a folder. */
export const s3Folder = "@s3/";

/**
 * Lists a bucket, tar files, or a table with addresses. Undefined for what scanning a folder can do.
 * @param tables whether every table is listed, also one of local paths
 * @throws LtadError `LTAD_DATA` for archives that cannot be read, `LTAD_CONFIG` or `LTAD_FETCH` of the bucket
 */
export async function listFiles(
  data: string,
  { s3 = {}, tables = false }: { s3?: S3Options | undefined; tables?: boolean },
): Promise<Listing | undefined> {
  if (/\.(tar\.\w+|tgz|tzst|tbz2?|txz)$/i.test(data)) throw compressed(data);
  const remote = parseS3(data);
  if (remote) return listBucket(remote, data, s3);
  const entry = await stat(data).catch(() => undefined);
  if (entry?.isFile() && isTar(data)) return listTars([resolve(data)], dirname(resolve(data)), s3);
  if (entry?.isFile() && isTable(data) && entry.size <= mostTable) return listTable(resolve(data), tables);
  if (!entry?.isDirectory()) return undefined;
  const inside = await readdir(data, { withFileTypes: true }).catch(() => []);
  const tars = inside
    .filter((file) => file.isFile() && isTar(file.name) && !file.name.startsWith("."))
    .map(({ name }) => join(resolve(data), name));
  const isOnlyTars = tars.length > 0 && !inside.some((file) => file.isDirectory() || isImageName(file.name));
  return isOnlyTars ? listTars(tars.sort(), resolve(data), s3) : undefined;
}

async function listBucket({ bucket: name, key }: { bucket: string; key: string }, data: string, s3: S3Options): Promise<Listing> {
  const root = data.replace(/\/+$/, "");
  const bucket = await openBucket(name, s3);
  if (isTar(key)) return listTars([root], posixFolder(root), s3);
  if (isTable(key)) {
    const content = await bucket.get(key, { offset: 0, bytes: mostTable + 1 });
    if (!content) throw nothing(data, "there is no such object");
    if (content.length > mostTable) throw nothing(data, `the table has more than ${mostTable} bytes`);
    return tableOf(posix.basename(key), decodeText(content), posixFolder(root));
  }
  const above = key === "" ? "" : `${key}/`;
  const found = (await bucket.list(above)).filter((one) => !one.key.endsWith("/"));
  if (found.length === 0) throw nothing(data, "no object is below it");
  const tars = found.filter((one) => isTar(one.key));
  if (tars.length > 0 && !found.some((one) => isImageName(one.key)))
    return listTars(
      tars.map((one) => `s3://${name}/${one.key}`),
      root,
      s3,
    );
  const files = found.map((one) => ({ path: one.key.slice(above.length), location: `s3://${name}/${one.key}`, bytes: one.bytes }));
  return { files, root };
}

async function listTars(archives: readonly string[], root: string, s3: S3Options): Promise<Listing> {
  const lists = await eachAtOnce(
    archives,
    async (place): Promise<RemoteFile[]> => {
      const archive = place.slice(root.length + 1).replace(/\.tar$/i, "");
      const members = await tarMembers(place, s3);
      return members.map(({ path, offset, bytes, text }) => {
        const location = formatLocation({ place, part: { offset, bytes } });
        return { path, location, bytes, archive, ...(text !== undefined && { text }) };
      });
    },
    { atOnce: 4 },
  );
  const samples = sampleTable(lists.flat());
  if (!samples) return { files: lists.flat(), root };
  return { files: samples.files, root, table: { name: `${basename(root) || "samples"}.jsonl`, text: samples.rows.join("\n") } };
}

async function listTable(file: string, always: boolean): Promise<Listing | undefined> {
  const text = decodeText(await readFile(file));
  return always || text.includes("s3://") ? tableOf(basename(file), text, dirname(file)) : undefined;
}

/** Relative paths begin where the table is. */
function tableOf(name: string, original: string, root: string): Listing {
  const text = original.replaceAll("s3://", s3Folder);
  const { images, masks } = tablePaths(text, name);
  const fileOf = (path: string, isMask: boolean): RemoteFile => {
    const location = path.startsWith(s3Folder)
      ? `s3://${path.slice(s3Folder.length)}`
      : parseS3(root)
        ? `${root}/${path}`
        : resolve(root, path);
    return { path, location, bytes: 0, isMask };
  };
  // A path that is there twice is found when the table is read, with its line.
  const files = [...new Set(images)].map((path) => fileOf(path, false)).concat([...new Set(masks)].map((path) => fileOf(path, true)));
  return { files, root, table: { name, text } };
}

function posixFolder(address: string): string {
  return address.slice(0, address.lastIndexOf("/"));
}

function nothing(data: string, why: string): LtadError {
  return new LtadError("LTAD_DATA", `${data}: ${why}. Expected images, tar files, or a table below this address.`, {
    details: { folder: data },
  });
}

function compressed(data: string): LtadError {
  const message = `${data}: members of a compressed archive cannot be read one by one. Expected a plain .tar, which is hardly larger, because images are compressed already.`;
  return new LtadError("LTAD_DATA", message, { details: { file: data } });
}
