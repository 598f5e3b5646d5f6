import { nfc } from "../folder.js";
import { isGoodWord, isMaybeGoodWord } from "../words.js";

/** Whether a folder is good by the names that are agreed on: "good" and what the user said. */
export function isGoodName(name: string, goodNames: readonly string[]): boolean {
  return name === "good" || goodNames.some((good) => nfc(good) === nfc(name));
}

/**
 * What to tell about a folder that is counted as a defect although its name says that it is good; undefined for other names.
 * @param hasGood there are other good test images: then names that only may mean good ones are taken for defects
 */
export function looksGood(name: string, { hasGood }: { readonly hasGood: boolean }): string | undefined {
  if (!isGoodWord(name) && (hasGood || !isMaybeGoodWord(name))) return undefined;
  return `its images count as defects of this name. If they are good, pass ${goodNamesOption(name)}.`;
}

/** The option that says that a folder's images are good, as it is typed. */
export function goodNamesOption(name: string): string {
  return `--good-names ${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}`;
}
