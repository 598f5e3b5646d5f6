import { join, resolve } from "node:path";
import type { FetchOptions } from "../fetch/fetch-options.js";
import { hubRoot } from "../fetch/hub.js";
import { efficientNetPackage, useLitePackage } from "../weights/pinned-package.js";
import { cacheFolder, weightFolder } from "../weights/weight-files.js";
import { parseSource } from "./encoder-source.js";
import { npmModelFolder } from "./npm-folder.js";

/**
 * Where an encoder lies on this disk, or will when it is fetched.
 * @throws LtadError `LTAD_CONFIG` for what is no source
 */
export function localFolder(text: string, options: FetchOptions = {}): string {
  const source = parseSource(text);
  if (source.kind === "path") return resolve(source.path);
  if (source.kind === "hub") return hubRoot(source.repository, options);
  if (source.kind === "npm") return npmModelFolder(source, options);
  if (source.kind === "url") return join(cacheFolder(options), "files", source.sha256);
  return weightFolder(source.name === "use-lite" ? useLitePackage : efficientNetPackage, cacheFolder(options));
}
