import { plural } from "@ltad/core/format";
import { byCodePoint } from "../internal/by-code-point.js";
import { shown } from "../internal/shown.js";
import type { Mask } from "./load-mask.js";
import type { TurnedSize } from "./mask-size.js";

/** What is odd about the masks of a class, gathered while they are read. */
export interface MaskRemarks {
  /**
   * @param id of the image
   * @param sizes of image and mask, with their EXIF orientations
   */
  add(id: string, mask: Mask, sizes: { readonly image: TurnedSize; readonly mask: TurnedSize }): void;
  /** A mask of which regions are smaller than a pixel of the size at which it is compared. @param regions how many */
  addTiny(id: string, regions: number): void;
  /** In sentences for the user. */
  warnings(): string[];
}

/** A defect is the smaller part of an image; masks that mark more than this are rare, and inverted ones do. */
const mostMarked = 0.5;

/** Gathers remarks on the masks of one class. @param name of the class, which begins each warning */
export function maskRemarks(name: string): MaskRemarks {
  const [empty, soft, alpha, turned, tiny] = Array.from({ length: 5 }, (): string[] => []) as [
    string[],
    string[],
    string[],
    string[],
    string[],
  ];
  const wide: { id: string; share: number }[] = [];
  let [masks, tinyRegions] = [0, 0];
  /** @param verb for one mask and for several */
  const say = (ids: readonly string[], verb: readonly [string, string], sentence: string) =>
    ids.length === 0
      ? []
      : [`${shown(name)}: ${ids.length} of ${plural(masks, "mask")} ${verb[ids.length === 1 ? 0 : 1]} ${sentence} (${examples(ids)}).`];
  return {
    add(id, { data, alpha: isAlpha, soft: isSoft }, sizes) {
      masks++;
      const share = data.reduce((sum, v) => sum + v, 0) / data.length;
      if (share === 0) empty.push(id);
      if (share > mostMarked) wide.push({ id, share });
      if (isSoft) soft.push(id);
      if (isAlpha) alpha.push(id);
      if ((sizes.image.orientation ?? 1) !== (sizes.mask.orientation ?? 1)) turned.push(id);
    },
    addTiny(id, regions) {
      tiny.push(id);
      tinyRegions += regions;
    },
    warnings: () => [
      ...say(
        wide.map(({ id }) => id),
        ["marks", "mark"],
        `more than half of the image, ${percentOf(wide)} % on average; a mask is white on the defect and black elsewhere, so they may be inverted`,
      ),
      ...say(empty, ["marks", "mark"], "nothing, though the image is in a folder of defects; all pixels of it count as good"),
      ...say(soft, ["has", "have"], "soft edges; a pixel counts as defect from half of the largest value on"),
      ...say(alpha, ["is", "are"], "read from the alpha channel, because it varies"),
      ...say(
        turned,
        ["has", "have"],
        "another EXIF orientation than the image, which is compared as it is shown; make sure that mask and image fit",
      ),
      ...say(
        tiny,
        ["has", "have"],
        `${plural(tinyRegions, "region")} that would vanish at the size of the comparison; every pixel that such a region touches counts as defect`,
      ),
    ],
  };
}

function percentOf(wide: readonly { readonly share: number }[]): string {
  return ((100 * wide.reduce((sum, { share }) => sum + share, 0)) / wide.length).toFixed(0);
}

function examples(ids: readonly string[]): string {
  return `${ids.toSorted(byCodePoint).slice(0, 3).map(shown).join(", ")}${ids.length > 3 ? ", ..." : ""}`;
}
