import { LtadError } from "@ltad/core";
import { shown } from "../internal/shown.js";
import { byStem, stemOf } from "./unique-stems.js";

/** The folders of one defect: their names and paths. */
export interface DefectFolder {
  /** `CLASS/test/DEFECT`, for messages. */
  readonly imagesAt: string;
  readonly images: readonly string[];
  /** `CLASS/ground_truth/DEFECT`, for messages. */
  readonly masksAt: string;
  readonly masks: readonly string[];
}

/** Which mask belongs to which image: `NAME_mask.*` (MVTec) or `NAME.*`. */
export interface MatchedMasks {
  readonly maskOf: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

/**
 * Pairs masks with images by name.
 * @throws LtadError `LTAD_DATA` when an image has two masks, `LTAD_MASK` when there are masks and none fits any image
 */
export function matchMasks({ imagesAt, images, masksAt, masks }: DefectFolder): MatchedMasks {
  const masksByStem = byStem(masks, masksAt);
  const maskOf = new Map<string, string>();
  const used = new Set<string>();
  for (const image of images) {
    const fits = [`${stemOf(image)}_mask`, stemOf(image)].flatMap((stem) => masksByStem.get(stem) ?? []).filter((mask) => !used.has(mask));
    if (fits.length > 1) throw twoMasks(`${imagesAt}/${image}`, masksAt, fits);
    if (fits[0] === undefined) continue;
    maskOf.set(image, fits[0]);
    used.add(fits[0]);
  }
  if (masks.length > 0 && images.length > 0 && used.size === 0) throw noneFits(imagesAt, images, masksAt, masks);
  return { maskOf, warnings: leftOver({ imagesAt, images, masksAt, masks }, maskOf, used) };
}

function leftOver(
  { imagesAt, images, masksAt, masks }: DefectFolder,
  maskOf: ReadonlyMap<string, string>,
  used: ReadonlySet<string>,
): string[] {
  const bare = images.filter((image) => !maskOf.has(image));
  const stray = masks.filter((mask) => !used.has(mask));
  const warnings: string[] = [];
  if (bare.length > 0) {
    warnings.push(`${shown(imagesAt)}: ${someOf(bare)} without a mask; excluded from pixel metrics.`);
  }
  if (stray.length > 0) warnings.push(`${shown(masksAt)}: ${someOf(stray)} without an image; ignored.`);
  return warnings;
}

/** `3 files (a.png, b.png, ...)` */
export function someOf(names: readonly string[]): string {
  const first = names.slice(0, 3).map(shown).join(", ");
  return `${names.length} file${names.length > 1 ? "s" : ""} (${first}${names.length > 3 ? ", ..." : ""})`;
}

function twoMasks(image: string, masksAt: string, fits: readonly string[]): LtadError {
  return new LtadError("LTAD_DATA", `${shown(image)}: ${fits.map(shown).join(" and ")} in ${shown(masksAt)} both match it. Remove one.`, {
    details: { file: image, masks: fits },
  });
}

function noneFits(imagesAt: string, images: readonly string[], masksAt: string, masks: readonly string[]): LtadError {
  const stem = shown(stemOf(images[0]!));
  return new LtadError(
    "LTAD_MASK",
    `${shown(masksAt)}: ${someOf(masks)}, and none is named after an image in ${shown(imagesAt)}. ` +
      `Expected ${stem}_mask.png or ${stem}.png for ${shown(images[0]!)}; rename the masks, or remove the folder if you do not need pixel metrics.`,
    { details: { folder: masksAt, images: images.length, masks: masks.length } },
  );
}
