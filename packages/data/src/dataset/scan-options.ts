import type { LayoutFile } from "./layouts/layout-file.js";

/** How to read a data set; by default, everything is detected. */
export interface ScanOptions {
  /** The name of a layout (see `layoutNames`), or what a layout file says. */
  readonly layout?: string | LayoutFile | undefined;
  /** Names of folders, or labels of a table, that mean good images, in addition to "good". */
  readonly goodNames?: readonly string[] | undefined;
  /** The class of a folder with one product; by default the name of the folder. */
  readonly className?: string | undefined;
  /** Folders of good and of bad images of one product, instead of a data set folder. */
  readonly good?: readonly string[] | undefined;
  readonly bad?: readonly string[] | undefined;
  /** Follow links that point outside the folder; they are refused by default. */
  readonly links?: boolean | undefined;
  /** False if no training follows: then a class may have test images only. */
  readonly needsTraining?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}
