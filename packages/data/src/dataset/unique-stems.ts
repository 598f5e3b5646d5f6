import { extname } from "node:path";
import { LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";

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
  const pairs: [string, string][] = [];
  for (const name of names) {
    const other = found.get(stemOf(name));
    if (other === undefined) found.set(stemOf(name), name);
    else pairs.push([other, name]);
  }
  if (pairs.length > 0) throw sameName(where, pairs);
  return found;
}

function sameName(where: string, pairs: readonly (readonly [string, string])[]): LtadError {
  const [[first, second], ...more] = pairs as [readonly [string, string], ...(readonly [string, string])[]];
  const others = more.slice(0, 2).map((pair) => pair.map(shown).join(" and "));
  const also =
    more.length > 0 ? ` The same is true of ${others.join(", of ")}${more.length > 2 ? ` and of ${more.length - 2} more` : ""}.` : "";
  return new LtadError(
    "LTAD_DATA",
    `${shown(where)}: ${shown(first)} and ${shown(second)} have the same name, so it is unclear which of them a mask or a list refers to. Remove or rename one.${also}`,
    { details: { folder: where, files: pairs.flat() } },
  );
}
