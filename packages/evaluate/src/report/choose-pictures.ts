import { isGood } from "@ltad/data";
import type { TestedImage } from "../tested-image.js";
import type { PictureRole } from "./report-data.js";

/** A test image that is worth a look, and why. */
export interface ChosenPicture {
  readonly role: PictureRole;
  readonly image: TestedImage;
}

/** The defect with the highest score and the one with the lowest, the good image with the highest score and one in the middle; none twice. */
export function choosePictures(images: readonly TestedImage[]): ChosenPicture[] {
  const sorted = [...images].sort((a, b) => b.score - a.score);
  const defects = sorted.filter(({ item }) => !isGood(item));
  const good = sorted.filter(({ item }) => isGood(item));
  const wanted: readonly [PictureRole, TestedImage | undefined][] = [
    ["found", defects[0]],
    ["missed", defects.at(-1)],
    ["suspected", good[0]],
    ["typical", good[Math.floor(good.length / 2)]],
  ];
  const seen = new Set<TestedImage>();
  return wanted.flatMap(([role, image]) => {
    if (!image || seen.has(image)) return [];
    seen.add(image);
    return [{ role, image }];
  });
}
