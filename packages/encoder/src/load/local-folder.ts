import { type FolderOptions, localPlace, pinnedFolder } from "@ltad/hub";
import { efficientNetPackage, useLitePackage } from "../weights/pinned-packages.js";
import { parseSource } from "./encoder-source.js";

/**
 * Where an encoder lies on this disk, or will lie once it is fetched.
 * @throws LtadError `LTAD_CONFIG` for what is not a source
 */
export function localFolder(text: string, options: FolderOptions = {}): string {
  const source = parseSource(text);
  if (source.kind !== "package") return localPlace(source, options);
  return pinnedFolder(source.name === "use-lite" ? useLitePackage : efficientNetPackage, options);
}
