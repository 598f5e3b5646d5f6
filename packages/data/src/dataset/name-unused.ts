import { shown } from "@ltad/core/format";
import { type Folder, imagesBelow, nfc, pathIn } from "./folder.js";
import { goodNamesOption } from "./layouts/good-names.js";
import type { ImageRow } from "./layouts/layout.js";
import type { Remarks } from "./remarks.js";
import { stemOf } from "./unique-stems.js";
import { isGoodWord, isMaskWord } from "./words.js";

const documents = /\.(?:txt|md|pdf|html?|json|jsonl|ndjson|csv|tsv|ya?ml|xml|docx?|xlsx?|rtf)$/i;

/** What programs for drawing call their files: labelme, VIA, CVAT, COCO. */
const drawings = /annotation|coco|instances|labelme|polygon|^via_/i;

/** Whether a file holds polygons or boxes: it is named as an image beside it, lies among masks, or is called so. */
function isAnnotation(file: string, { name, images }: Folder): boolean {
  const ending = /\.(json|xml|txt)$/i.exec(file)?.[1]?.toLowerCase();
  if (ending === undefined) return false;
  const stem = nfc(file.slice(0, -ending.length - 1));
  return images.some((image) => stemOf(image) === stem) || (ending !== "txt" && (isMaskWord(name) || drawings.test(file)));
}

/**
 * Names every image of a folder that is neither used nor explained by a remark: a folder without any used image as a whole, else its images.
 * In folders that hold images, files with other endings are named, too; elsewhere those that are no documents.
 */
export function nameUnused(root: Folder, rows: readonly ImageRow[], explained: ReadonlySet<string>, remarks: Remarks): void {
  const known = new Set(explained);
  const isTested = rows.some(({ split }) => split === "test");
  for (const { path, masks = [] } of rows) for (const used of [path, ...masks]) known.add(used);
  if (visit(root) === "unused") nameFolder(root);

  /** Names what is not used below a folder, and says whether that is everything in it. */
  function visit(folder: Folder): "unused" | "used" | "empty" {
    if (known.has(folder.path)) return "empty";
    const mine = folder.images.filter((image) => !known.has(pathIn(folder, image)));
    const below = folder.folders.map((inside) => ({ inside, state: visit(inside) }));
    const hasUsed = mine.length < folder.images.length || below.some(({ state }) => state === "used");
    const unused = below.filter(({ state }) => state === "unused").map(({ inside }) => inside);
    if (!hasUsed && (mine.length > 0 || unused.length > 0)) return "unused";
    if (mine.length > 0) remarks.note(placeOf(folder), "not used.", mine);
    unused.forEach(nameFolder);
    nameOthers(folder);
    return hasUsed ? "used" : "empty";
  }

  function nameFolder(folder: Folder): void {
    const images = [...imagesBelow(folder)];
    const names = images.map((path) => path.slice(folder.path === "" ? 0 : folder.path.length + 1));
    remarks.note(placeOf(folder), `not used${hint(folder.name, isTested)}.`, names);
  }

  function nameOthers(folder: Folder): void {
    for (const hidden of folder.hidden ?? [])
      remarks.note(
        placeOf(folder),
        `its folder ${shown(hidden)} is not read, because its name begins with a dot. Rename it if it holds images.`,
      );
    const others = folder.others.filter((name) => !documents.test(name) && !known.has(pathIn(folder, name)));
    const named = remarks.all.some(({ at, text }) => at === folder.path && text.startsWith("not read"));
    if (named) return;
    if (others.length > 0) remarks.note(placeOf(folder), "not read, because the extension is not that of an image.", others);
    const drawn = folder.others.filter((name) => isAnnotation(name, folder) && !known.has(pathIn(folder, name)));
    if (drawn.length > 0)
      remarks.note(
        placeOf(folder),
        "not read: polygons and boxes are not masks. Draw them as images that are white where the defect is.",
        drawn,
      );
  }
}

function placeOf({ path, name }: Folder): string {
  return path === "" ? name : path;
}

/** What a folder of this name usually is, and how to use it. */
function hint(name: string, isTested: boolean): string {
  if (/^val(?:id(?:ation)?)?$/i.test(name))
    return `: images for choosing limits, which are used neither for training nor for testing${isTested ? "" : ". To test on them, call the folder test"}`;
  if (/^test_private/i.test(name)) return ": there are no labels for these images";
  if (/^ground_truth$/i.test(name)) return ": there are no test images for these masks";
  if (isMaskWord(name) || /mask|ground[ _-]?truth/i.test(name))
    return ": if these are masks, name them in a layout file (--layout FILE), or call the folder ground_truth";
  if (isGoodWord(name)) return `: if these are good images, pass ${goodNamesOption(name)} or a layout file`;
  return "";
}
