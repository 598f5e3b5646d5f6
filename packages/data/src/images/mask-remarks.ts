import { plural, shown } from "@ltad/core/format";
import { byCodePoint } from "../internal/by-code-point.js";
import type { Mask } from "./load-mask.js";
import type { TurnedSize } from "./mask-size.js";

/** Something unusual about some masks of a class. */
export interface MaskFinding {
  /** The images that the masks belong to, ordered. */
  readonly ids: readonly string[];
  /** The end of a sentence that begins with one mask, and of one that begins with several. */
  readonly one: string;
  readonly several: string;
  /** True when numbers would be wrong because of it; false for what is good to know. */
  readonly matters: boolean;
}

/** What is unusual about the masks of a class, collected while they are read. */
export interface MaskRemarks {
  /**
   * @param id of the image
   * @param sizes of image and mask, with their EXIF orientations, and the pages of the mask
   */
  add(id: string, mask: Mask, sizes: { readonly image: TurnedSize; readonly mask: TurnedSize & { readonly pages?: number } }): void;
  /** A mask of which regions are smaller than a pixel of the size at which it is compared. @param regions how many */
  addTiny(id: string, regions: number): void;
  findings(): MaskFinding[];
  /** In sentences for the user. */
  warnings(): string[];
}

/** A defect is the smaller part of an image; masks that mark more than this are rare, and inverted ones do. */
const mostMarked = 0.5;

type Kind = "empty" | "soft" | "alpha" | "turned" | "tiny" | "photo" | "pages";

/** Collects remarks on the masks of one class. @param name of the class, which begins each warning */
export function maskRemarks(name: string): MaskRemarks {
  const ids: Record<Kind, string[]> = { empty: [], soft: [], alpha: [], turned: [], tiny: [], photo: [], pages: [] };
  const wide: { id: string; share: number }[] = [];
  let [masks, tinyRegions] = [0, 0];
  const findings = () =>
    [
      found(
        wide.map(({ id }) => id),
        ["marks", "mark"],
        `more than half of the image, ${percentOf(wide)} % on average; a mask is white on the defect and black elsewhere, so they may be inverted`,
      ),
      found(
        ids.photo,
        ["looks", "look"],
        "like a photograph or a heat map, grey in most places; a mask is white on the defect and black elsewhere",
      ),
      found(ids.pages, ["has", "have"], "several pages or frames, of which only the first is read"),
      found(ids.empty, ["marks", "mark"], "nothing, though the image is in a folder of defects; all of its pixels count as good"),
      found(ids.soft, ["has", "have"], "soft edges; a pixel counts as defect from half of the largest value on", false),
      found(ids.alpha, ["is", "are"], "read from the alpha channel, because it varies", false),
      found(
        ids.turned,
        ["has", "have"],
        "another EXIF orientation than the image, which is compared as it is shown; make sure that mask and image fit",
      ),
      found(
        ids.tiny,
        ["has", "have"],
        `${plural(tinyRegions, "region")} that would vanish at the size of the comparison; every pixel that such a region touches counts as defect`,
        false,
      ),
    ].filter((finding) => finding.ids.length > 0);
  return {
    add(id, { data, alpha, soft, photo = false }, sizes) {
      masks++;
      const share = data.reduce((sum, v) => sum + v, 0) / data.length;
      if (share === 0) ids.empty.push(id);
      if (photo) ids.photo.push(id);
      else if (share > mostMarked) wide.push({ id, share });
      if (soft && !photo) ids.soft.push(id);
      if ((sizes.mask.pages ?? 1) > 1) ids.pages.push(id);
      if (alpha) ids.alpha.push(id);
      if ((sizes.image.orientation ?? 1) !== (sizes.mask.orientation ?? 1)) ids.turned.push(id);
    },
    addTiny(id, regions) {
      ids.tiny.push(id);
      tinyRegions += regions;
    },
    findings,
    warnings: () => findings().map((finding) => warning(name, masks, finding)),
  };
}

function found(ids: readonly string[], [one, several]: readonly [string, string], rest: string, matters = true): MaskFinding {
  return { ids: ids.toSorted(byCodePoint), one: `${one} ${rest}`, several: `${several} ${rest}`, matters };
}

function warning(name: string, masks: number, { ids, one, several }: MaskFinding): string {
  return `${shown(name)}: ${ids.length} of ${plural(masks, "mask")} ${ids.length === 1 ? one : several} (${examples(ids)}).`;
}

function percentOf(wide: readonly { readonly share: number }[]): string {
  return ((100 * wide.reduce((sum, { share }) => sum + share, 0)) / wide.length).toFixed(0);
}

function examples(ids: readonly string[]): string {
  return `${ids.slice(0, 3).map(shown).join(", ")}${ids.length > 3 ? ", ..." : ""}`;
}
