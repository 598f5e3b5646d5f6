import { childFolder, imagesBelow, pathIn } from "../folder.js";
import { stemOf } from "../unique-stems.js";
import { imageStemsOf } from "../words.js";
import { heldOut } from "./held-out.js";
import type { ImageRow, Layout } from "./layout.js";

/**
 * AITEX: Defect_images/NNNN_DDD_FF.png, Mask_images/NNNN_DDD_FF_mask.png and NODefect_images/LOT/NNNN_000_FF.png, where DDD is the code of the
 * defect and FF that of the fabric, which is the class. It has no split: about a fifth of the good images are used for testing.
 * @see https://www.aitex.es/afid/
 */
export const aitex: Layout = {
  name: "aitex",
  title: "AITEX",
  fits: (root) => ["Defect_images", "NODefect_images"].every((name) => childFolder(root, name, { anyCase: true })),
  read(root, context) {
    const paths = (name: string) => [...imagesBelow(childFolder(root, name, { anyCase: true }) ?? { ...root, images: [], folders: [] })];
    const masksOf = new Map<string, string[]>();
    for (const mask of paths("Mask_images"))
      for (const stem of imageStemsOf(stemOf(lastPart(mask)))) masksOf.set(stem, [...(masksOf.get(stem) ?? []), mask]);
    const good = paths("NODefect_images").filter((path) => codesOf(path) !== undefined);
    const kept = heldOut(good);
    const trained = new Set(good.map((path) => codesOf(path)!.fabric));
    const rows = good.map((path): ImageRow => {
      return { class: codesOf(path)!.fabric, split: kept.has(path) ? "test" : "train", label: "good", path };
    });
    for (const path of paths("Defect_images")) {
      const codes = codesOf(path);
      if (codes && trained.has(codes.fabric))
        rows.push({ class: codes.fabric, split: "test", label: codes.defect, path, masks: masksOf.get(stemOf(lastPart(path))) ?? [] });
      else if (codes) {
        context.explain(path);
        context.remarks.note(pathIn(root, lastPart(path)), `not used: the data set has no good image of fabric ${codes.fabric}.`);
      }
    }
    context.remarks.note("NODefect_images", "the data set has no split; about a fifth of its good images are used for testing.");
    return rows;
  },
};

function codesOf(path: string): { defect: string; fabric: string } | undefined {
  const [, defect, fabric] = /^\d+_(\d{3})_(\d{2})$/.exec(stemOf(lastPart(path))) ?? [];
  return defect === undefined || fabric === undefined ? undefined : { defect, fabric };
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
