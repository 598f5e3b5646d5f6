import type { Remark } from "./remarks.js";

/** One normal image to train on. */
export interface TrainItem {
  /** Path below the root, with "/": `CLASS/train/good/NAME`. The name in list files and reports. */
  readonly id: string;
  /** Path to open. */
  readonly file: string;
  /** See the option `range` of {@link ImageOptions}; a training finds it. */
  readonly range?: number | undefined;
}

/** One image to test on. */
export interface TestItem extends TrainItem {
  /** "good" or the name of the defect. */
  readonly label: string;
  /** Path of the mask to open, or of several whose union is the defect; good images have none. */
  readonly mask?: string | readonly string[];
}

/** The images of one class, each list ordered by id (code points). */
export interface ClassData {
  readonly name: string;
  readonly train: readonly TrainItem[];
  readonly test: readonly TestItem[];
}

/** A mask of a good image, which should mark nothing. */
export interface GoodMask {
  readonly class: string;
  /** Path below the root. */
  readonly id: string;
  /** Path to open. */
  readonly file: string;
}

/** A dataset folder as scanned: file names only, nothing decoded. */
export interface Dataset {
  readonly root: string;
  /** How the folders were read: the name of a layout, "table", "files" or "layout file". */
  readonly layout: string;
  /** The same and what was found, in one sentence for the user. */
  readonly readAs: string;
  /** Ordered by name (code points). */
  readonly classes: readonly ClassData[];
  /** Masks of good images. Nothing uses them, but one that marks something contradicts its image. */
  readonly goodMasks?: readonly GoodMask[];
  /** What was left out or is odd, for programs. */
  readonly remarks: readonly Remark[];
  /** The same in sentences for the user; a remark about many places is one sentence. */
  readonly warnings: readonly string[];
}

/** True for an image without a defect. */
export function isGood(item: TestItem): boolean {
  return item.label === "good";
}

/** The masks of a test image: none, one or several. */
export function masksOf({ mask }: TestItem): readonly string[] {
  return mask === undefined ? [] : typeof mask === "string" ? [mask] : mask;
}

/**
 * The test images that pixel metrics can use: good ones (all pixels normal) and defects with a mask.
 * Empty if no defect of the class has a mask, because pixel metrics are then undefined.
 */
export function pixelTestItems(data: ClassData): TestItem[] {
  const usable = data.test.filter((item) => isGood(item) || item.mask !== undefined);
  return usable.some((item) => item.mask !== undefined) ? usable : [];
}
