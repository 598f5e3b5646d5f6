import { join, resolve } from "node:path";
import { LtadError } from "@ltad/core";
import { cacheFolder } from "./cache-dir.js";
import { diskFolder } from "./disk-folder.js";
import type { FolderOptions } from "./folder-options.js";
import { hubFolder } from "./hub-folder.js";
import { hubRoot } from "./hub-snapshot.js";
import { type FolderPlace, type ModelFolder, modelFolder } from "./model-folder.js";
import { npmFolder, npmModelFolder } from "./npm-folder.js";
import { type FolderSource, parseSource, sourceForms } from "./source.js";
import { urlFile } from "./url-file.js";

/**
 * Opens a model from the hub, npm, an address or a path. A file of the hub is fetched when it is first read; an npm package or an address is fetched whole.
 * Everything is checked against the hash that its publisher states and kept in a cache, which several processes may share.
 * @param source `owner/name@revision`, `npm:package@1.2.3/folder`, `https://...#sha256=...`, or a path
 * @throws LtadError `LTAD_CONFIG` for what is not a source, `LTAD_DATA` for a path that does not exist, `LTAD_FETCH`, `LTAD_WRITE`,
 *   `LTAD_WEIGHTS` for a package without a model
 * @example
 * const folder = await openFolder("timm/tf_efficientnet_b1.ns_jft_in1k", { cacheDir });
 * const weights = await folder.safetensors();
 */
export async function openFolder(source: string | FolderSource, options: FolderOptions = {}): Promise<ModelFolder> {
  return modelFolder(await placeOf(sourceOf(source), options));
}

/**
 * The place of a model on this disk, before or after it is fetched.
 * @throws LtadError `LTAD_CONFIG` for what is not a source
 */
export function localPlace(text: string | FolderSource, options: FolderOptions = {}): string {
  const source = sourceOf(text);
  if (source.kind === "path") return resolve(source.path);
  if (source.kind === "hub") return hubRoot(source.repository, options);
  if (source.kind === "npm") return npmModelFolder(source, options);
  return join(cacheFolder(options), "files", source.sha256);
}

async function placeOf(source: FolderSource, options: FolderOptions): Promise<FolderPlace> {
  if (source.kind === "hub") return hubFolder(source, options);
  if (source.kind === "npm") return npmFolder(source, options);
  if (source.kind === "path") return diskFolder(source.path);
  return { ...(await diskFolder(await urlFile(source, options))), source: source.url };
}

function sourceOf(source: string | FolderSource): FolderSource {
  const parsed = typeof source === "string" ? parseSource(source) : source;
  if (parsed) return parsed;
  throw new LtadError("LTAD_CONFIG", `model: expected ${sourceForms}, received ${JSON.stringify(source)}.`, {
    details: { received: source },
  });
}
