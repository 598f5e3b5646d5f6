import { type FolderOptions, localPlace, pinnedFolder } from "@ltad/hub";
import { efficientNetPackage, useLitePackage } from "../weights/pinned-packages.js";
import { parseSource } from "./encoder-source.js";

/**
 * The folder of an encoder on this disk, which need not have been downloaded yet.
 * @param text a source, as for `loadImageEncoder`
 * @throws LtadError `LTAD_CONFIG` for a text that is not a source
 */
export function localFolder(text: string, options: FolderOptions = {}): string {
  const source = parseSource(text);
  if (source.kind !== "package") return localPlace(source, options);
  return pinnedFolder(source.name === "use-lite" ? useLitePackage : efficientNetPackage, options);
}
