import { stripVTControlCharacters } from "node:util";

/** Text without colours and cursor movements. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll("\r", "");
}
