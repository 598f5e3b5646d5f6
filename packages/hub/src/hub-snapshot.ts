import { existsSync } from "node:fs";
import { mkdir, readFile, rm, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { writeError, writeFileAtomic } from "@ltad/core";
import { cacheFolder } from "./cache-dir.js";
import { download } from "./download.js";
import { fetchError, refusalError } from "./fetch-error.js";
import type { FolderOptions } from "./folder-options.js";
import { isPlainPath } from "./unpack-tarball.js";
import { notCachedError } from "./not-cached-error.js";
import { requestOnce } from "./request.js";
import { bytesReport } from "./url-file.js";

/** A model on the Hugging Face hub. */
export interface HubModel {
  /** `owner/name` */
  readonly repository: string;
  /** Branch, tag or commit; a commit never changes. */
  readonly revision: string;
}

/** A model of the hub whose files are fetched one by one into the cache that Python's libraries share. */
export interface HubSnapshot {
  /** `.../snapshots/COMMIT`: the files under their own names. */
  readonly folder: string;
  readonly commit: string;
  /** The names of the model's files; empty offline. */
  readonly files: readonly string[];
  /** Fetches a file unless the cache has it. */
  fetch(file: string): Promise<void>;
}

const defaultEndpoint = "https://huggingface.co";

/** The folder of a model in a hub cache, as huggingface_hub lays it out. */
export function hubRoot(repository: string, options: FolderOptions): string {
  return join(options.hubCache ?? join(cacheFolder(options), "hub"), `models--${repository.replace("/", "--")}`);
}

/**
 * Finds the commit of a revision and its files. Offline it makes no request.
 * @throws LtadError `LTAD_FETCH` when the hub refuses, cannot be reached, or offline when the model is not here
 */
export async function openSnapshot({ repository, revision }: HubModel, options: FolderOptions): Promise<HubSnapshot> {
  const root = hubRoot(repository, options);
  const endpoint = (options.hubEndpoint ?? defaultEndpoint).replace(/\/+$/, "");
  const found = options.offline
    ? await keptSnapshot(root, { repository, revision })
    : await askHub(endpoint, { repository, revision }, options);
  const folder = join(root, "snapshots", found.commit);
  if (!options.offline && revision !== found.commit) await writeFileAtomic(join(root, "refs", ...revision.split("/")), found.commit);
  return {
    folder,
    ...found,
    fetch: (file) =>
      fetchFile({ file, repository, root, folder, url: `${endpoint}/${repository}/resolve/${found.commit}/${file}` }, options),
  };
}

async function keptSnapshot(root: string, { repository, revision }: HubModel): Promise<{ commit: string; files: readonly string[] }> {
  const commit = /^[0-9a-f]{40}$/.test(revision)
    ? revision
    : (await readFile(join(root, "refs", ...revision.split("/")), "utf8").catch(() => "")).trim();
  if (commit && existsSync(join(root, "snapshots", commit))) return { commit, files: [] };
  throw notCachedError(`${repository}@${revision}`, root, { repository, revision, folder: root });
}

async function askHub(
  endpoint: string,
  { repository, revision }: HubModel,
  options: FolderOptions,
): Promise<{ commit: string; files: readonly string[] }> {
  const url = `${endpoint}/api/models/${repository}/revision/${encodeURIComponent(revision)}`;
  const response = await requestOnce(url, authorisation(options), options);
  if (!response.ok) throw refusalError(url, response.status);
  const json = (await response.json().catch((cause: unknown) => {
    throw fetchError(url, "the answer is not JSON", "Check HF_ENDPOINT if it is set.", cause);
  })) as { sha?: unknown; siblings?: { rfilename?: unknown }[] };
  const files = (json.siblings ?? [])
    .map(({ rfilename }) => rfilename)
    .filter((name) => typeof name === "string" && isPlain(name)) as string[];
  if (typeof json.sha === "string" && /^[0-9a-f]{40}$/.test(json.sha)) return { commit: json.sha, files };
  throw fetchError(url, "the response names no commit", "Check HF_ENDPOINT if it is set.");
}

/** A name from the hub becomes a path on this disk: nothing absolute, nothing upwards. */
function isPlain(name: string): boolean {
  return isPlainPath(name) && /^[\w./ -]+$/.test(name);
}

const authorisation = ({ hubToken }: FolderOptions): Record<string, string> => (hubToken ? { authorization: `Bearer ${hubToken}` } : {});

interface Wanted {
  readonly file: string;
  readonly repository: string;
  readonly root: string;
  readonly folder: string;
  readonly url: string;
}

async function fetchFile({ file, repository, root, folder, url }: Wanted, options: FolderOptions): Promise<void> {
  const place = join(folder, ...file.split("/"));
  options.onFetch?.({ status: "initiate", name: repository, file });
  if (!existsSync(place)) {
    if (options.offline) throw notCachedError(`${repository}/${file}`, place, { url });
    options.onFetch?.({ status: "download", name: repository, file });
    const { etag, size, location } = await describeFile(url, options);
    const blob = join(root, "blobs", etag);
    const digest = { kind: etag.length === 64 ? "sha256" : "git", hex: etag } as const;
    const foreign = new URL(location).origin !== new URL(url).origin; // the token is for the hub alone
    if (!existsSync(blob))
      await download(
        {
          url: location,
          headers: foreign ? {} : authorisation(options),
          to: blob,
          size,
          digest,
          onBytes: bytesReport(repository, file, options),
        },
        options,
      );
    await link(blob, place);
  }
  options.onFetch?.({ status: "done", name: repository, file });
}

/** What the hub says of a file before it is sent: its hash, its size, and where it lies. */
async function describeFile(
  url: string,
  options: FolderOptions,
  hops = 3,
): Promise<{ etag: string; size: number | undefined; location: string }> {
  const response = await requestOnce(url, authorisation(options), options, { method: "HEAD", redirect: "manual" });
  const redirected = response.status >= 300 && response.status < 400;
  const target = redirected ? new URL(response.headers.get("location") ?? "", url) : undefined;
  if (target?.origin === new URL(url).origin && !response.headers.has("x-linked-etag") && hops > 0)
    return describeFile(target.href, options, hops - 1); // a renamed model
  if (!response.ok && !redirected) throw refusalError(url, response.status);
  const header = (name: string) => response.headers.get(name) ?? undefined;
  const etag = (header("x-linked-etag") ?? header("etag") ?? "").replace(/^W\//, "").replaceAll('"', "");
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(etag))
    throw fetchError(url, "the server does not identify the content of the file (no etag)", "Check HF_ENDPOINT if it is set.");
  const size = header("x-linked-size") ?? (redirected ? undefined : header("content-length"));
  return {
    etag,
    size: size === undefined ? undefined : Number(size),
    location: target?.href ?? url,
  };
}

/** `snapshots/COMMIT/FILE` -> `blobs/HASH`, relative as Python's library makes it. */
async function link(blob: string, place: string): Promise<void> {
  try {
    await mkdir(dirname(place), { recursive: true });
    await symlink(relative(dirname(place), blob), place).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      if (existsSync(place)) return; // another process was faster
      await rm(place, { force: true }); // its blob is gone
      await symlink(relative(dirname(place), blob), place);
    });
  } catch (error) {
    throw writeError(place, error);
  }
}
