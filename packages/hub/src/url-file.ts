import { existsSync } from "node:fs";
import { join } from "node:path";
import { LtadError } from "@ltad/core";
import { cacheFolder } from "./cache-dir.js";
import { download } from "./download.js";
import { notCachedError } from "./not-cached-error.js";
import type { FolderOptions } from "./folder-options.js";

/** A file at a plain address whose content is known. */
export interface UrlFile {
  readonly url: string;
  readonly sha256: string;
}

/**
 * A file from an address, which is fetched once and kept under its hash.
 * @returns its path in the cache, under the last part of the address
 * @throws LtadError `LTAD_FETCH`, `LTAD_WRITE`; `LTAD_CONFIG` for an invalid address or SHA-256
 */
export async function urlFile({ url, sha256 }: UrlFile, options: FolderOptions): Promise<string> {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  const name = decodeURIComponent(address?.pathname.split("/").at(-1) ?? "");
  if (!address || !["http:", "https:"].includes(address.protocol) || !/^[\w.-]+\.(safetensors|onnx|json)$/.test(name))
    throw new LtadError("LTAD_CONFIG", `model: expected the http address of a .safetensors, .onnx or .json file, received ${url}.`);
  if (!/^[0-9a-f]{64}$/.test(sha256))
    throw new LtadError(
      "LTAD_CONFIG",
      `model: ${url} needs the SHA-256 of the file: 64 hexadecimal digits after #sha256=, received ${sha256 || "none"}.`,
    );
  const to = join(cacheFolder(options), "files", sha256, name);
  const report = (status: "initiate" | "download" | "done" | "ready") =>
    options.onFetch?.({ status, name: url, ...(status !== "ready" && { file: name }) });
  report("initiate");
  if (!existsSync(to)) {
    if (options.offline) throw notCachedError(url, to, { url });
    report("download");
    await download({ url, to, digest: { kind: "sha256", hex: sha256 }, onBytes: bytesReport(url, name, options) }, options);
  }
  report("done");
  report("ready");
  return to;
}

/** Reports bytes as both kinds of progress. */
export function bytesReport(name: string, file: string, { onFetch, onProgress }: FolderOptions) {
  return (loaded: number, total: number) => {
    onFetch?.({ status: "progress", name, file, loaded, total, progress: total > 0 ? (100 * loaded) / total : 0 });
    onProgress?.({ phase: `fetch ${file}`, done: loaded, total, unit: "bytes" });
  };
}
