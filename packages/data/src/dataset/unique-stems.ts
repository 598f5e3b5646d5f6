import { extname } from "node:path";
import { LtadError } from "@ltad/core";
import { shown } from "../internal/shown.js";

/** `004.png` -> `004`, composed (NFC), so that names written on different systems meet. */
export function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length).normalize("NFC");
}

/**
 * Names by stem.
 * @param where the folder below the root, for the message
 * @throws LtadError `LTAD_DATA` when two names differ only by their extension
 */
export function byStem(names: readonly string[], where: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of names) {
    const other = found.get(stemOf(name));
    if (other !== undefined) {
      throw new LtadError(
        "LTAD_DATA",
        `${shown(where)}: ${shown(other)} and ${shown(name)} have the same name, so it is unclear which of them a mask or a list refers to. Remove or rename one.`,
        { details: { folder: where, files: [other, name] } },
      );
    }
    found.set(stemOf(name), name);
  }
  return found;
}
