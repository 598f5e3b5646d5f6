import { shown } from "@ltad/core/format";
import { type Folder, hasImages, nfc } from "../folder.js";
import type { Remarks } from "../remarks.js";
import { isBadWord, isGoodWord, isMaybeGoodWord } from "../words.js";

/** Whether a folder is good by the names that are agreed on: "good" and what the user said. */
export function isGoodName(name: string, goodNames: readonly string[]): boolean {
  return name === "good" || goodNames.some((good) => nfc(good) === nfc(name));
}

/** Whether a folder is good by those names, or by a word such as ok or gut. */
export function saysGood(name: string, goodNames: readonly string[]): boolean {
  return isGoodName(name, goodNames) || isGoodWord(name);
}

/** Names folders inside one of good images that are read with it although they may hold defects: they lie beside good/, or are called bad. */
export function remarkOnInside({ path, name, folders }: Folder, { matter }: Remarks): void {
  const inside = folders.filter(hasImages);
  const good = inside.find((folder) => saysGood(folder.name, []));
  const doubtful = inside.filter((folder) => folder !== good && !isGoodWord(folder.name) && (good !== undefined || isBadWord(folder.name)));
  if (doubtful.length === 0) return;
  const listed = doubtful.slice(0, 3).map((folder) => shown(folder.name));
  matter(
    path || name,
    `its folders ${listed.join(", ")}${doubtful.length > 3 ? ", ..." : ""} are read as good images with everything else in it${
      good === undefined ? ", although their names say that they are defective" : `, although they lie beside ${shown(good.name)}`
    }. If they hold defects, move them to test/DEFECT, or give the folders with --good FOLDER --bad FOLDER.`,
  );
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
  return `--good-names${/^-./.test(name) ? "=" : " "}${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}`;
}
