import { nfc } from "../folder.js";
import { isGoodWord } from "../words.js";

/** Whether a folder is good by the names that are agreed on: "good" and what the user said. */
export function isGoodName(name: string, goodNames: readonly string[]): boolean {
  return name === "good" || goodNames.some((good) => nfc(good) === nfc(name));
}

/** What to tell about a folder that is counted as a defect although its name says that it is good; undefined for other names. */
export function looksGood(name: string): string | undefined {
  if (!isGoodWord(name)) return undefined;
  return `its images count as a defect of this name. If they are good, say so with --good-names ${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}.`;
}
