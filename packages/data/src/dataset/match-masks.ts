import { LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";
import { type Folder } from "./folder.js";
import { someOf } from "./remarks.js";
import { byStem, stemOf } from "./unique-stems.js";
import { imageStemsOf, isNumberedMask } from "./words.js";

/** The images of one defect and the folder of their masks. */
export interface DefectFolder {
  /** `CLASS/test/DEFECT`, for messages. */
  readonly imagesAt: string;
  /** Names; with the folder, where images lie in folders inside: `DATE/NAME.png`. */
  readonly images: readonly string[];
  /** `CLASS/ground_truth/DEFECT`, for messages. */
  readonly masksAt: string;
  readonly masks: Folder;
  /** The folder holds masks of other defects, too. */
  readonly isFlat?: boolean;
}

/** Which masks belong to which image. Their names are paths below the folder of masks. */
export interface MatchedMasks {
  readonly masksOf: ReadonlyMap<string, readonly string[]>;
  /** Images without a mask. */
  readonly bare: readonly string[];
  /** Masks without an image. */
  readonly stray: readonly string[];
}

/**
 * Pairs masks with images by name: `NAME_mask.*`, `NAME.*`, `NAME_GT.*` and the like, several as `NAME_mask_1.*`, or all in a folder `NAME/`.
 * @throws LtadError `LTAD_DATA` when two masks claim to be the one of an image, `LTAD_MASK` when there are masks and none fits any image
 */
export function matchMasks(defect: DefectFolder): MatchedMasks {
  const { imagesAt, images, masksAt, isFlat = false } = defect;
  const masks = maskPaths(defect.masks, images);
  byStem(
    masks.filter((mask) => !mask.includes("/")),
    masksAt,
  );
  const byImage = new Map(images.map((image) => [stemOf(image), image]));
  const masksOf = new Map<string, string[]>();
  const stray: string[] = [];
  for (const mask of masks) {
    const image = imageOf(mask, byImage);
    if (image === undefined) stray.push(mask);
    else masksOf.set(image, [...(masksOf.get(image) ?? []), mask]);
  }
  for (const [image, found] of masksOf) if (!areParts(found)) throw twoMasks(`${imagesAt}/${image}`, masksAt, found);
  if (masks.length > 0 && images.length > 0 && masksOf.size === 0 && !isFlat) throw noneFits(imagesAt, images, masksAt, masks);
  return { masksOf, bare: images.filter((image) => !masksOf.has(image)), stray };
}

/** Masks in the folder and in the folders inside: those that images lie in, too, and those named as an image. */
function maskPaths(folder: Folder, images: readonly string[]): string[] {
  const folders = new Set(images.filter((image) => image.includes("/")).map((image) => image.split("/")[0]!));
  const inside = folder.folders.flatMap((below) => {
    const found = folders.has(below.name)
      ? maskPaths(
          below,
          images.flatMap((image) => partBelow(image, below.name)),
        )
      : below.images;
    return found.map((mask) => `${below.name}/${mask}`);
  });
  return [...folder.images, ...inside];
}

function partBelow(image: string, folder: string): string[] {
  return image.startsWith(`${folder}/`) ? [image.slice(folder.length + 1)] : [];
}

/** The image of a mask: by the mask's name, or by the name of the folder it lies in. */
function imageOf(mask: string, byImage: ReadonlyMap<string, string>): string | undefined {
  const folder = mask.includes("/") ? mask.slice(0, mask.lastIndexOf("/")) : undefined;
  const stems = imageStemsIn(mask);
  const byName = stems.map((stem) => byImage.get(stem)).find((image) => image !== undefined);
  return byName ?? (folder === undefined ? undefined : byImage.get(folder.normalize("NFC")));
}

function imageStemsIn(mask: string): string[] {
  const cut = mask.lastIndexOf("/") + 1;
  const folder = mask.slice(0, cut).normalize("NFC");
  return imageStemsOf(stemOf(mask.slice(cut))).map((stem) => folder + stem);
}

/** Several masks of an image are its parts when their names number them or when they share a folder. */
function areParts(masks: readonly string[]): boolean {
  const unnumbered = masks.filter((mask) => !isNumberedMask(stemOf(mask)));
  return unnumbered.length <= 1 || masks.every((mask) => mask.includes("/"));
}

function twoMasks(image: string, masksAt: string, fits: readonly string[]): LtadError {
  const ordered = [...fits].sort((a, b) => b.length - a.length);
  return new LtadError(
    "LTAD_DATA",
    `${shown(image)}: ${ordered.map(shown).join(" and ")} in ${shown(masksAt)} both match it. Remove one.`,
    {
      details: { file: image, masks: ordered },
    },
  );
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
