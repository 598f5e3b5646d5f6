import type { Folder } from "../folder.js";
import type { Remarks } from "../remarks.js";

/** One image of a data set, as a layout finds it. */
export interface ImageRow {
  readonly class: string;
  readonly split: "train" | "test";
  /** "good" or the name of the defect. */
  readonly label: string;
  /** Path below the root. */
  readonly path: string;
  /** Paths of its masks below the root; their union is the defect. Those of a training image should mark nothing. */
  readonly masks?: readonly string[];
}

/** What a layout is told besides the folder. */
export interface LayoutContext {
  /** The folder on the disk, for layouts that read tables or masks. */
  readonly root: string;
  /** Names of folders that hold good images, beside "good": what the user said. */
  readonly goodNames: readonly string[];
  /** The class of a folder with one product. */
  readonly className: string;
  /** Whether every class must have training images. */
  readonly needsTraining: boolean;
  readonly remarks: Remarks;
  /** Says that a file is a mask of a good image, which is not used. */
  readonly addGoodMask: (className: string, path: string) => void;
  /** Says that a remark already explains a file or folder, so that it is not named again as unused. */
  readonly explain: (path: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** One way to arrange a data set in folders. A new layout is a file of its own and a line in `layouts.ts`. */
export interface Layout {
  /** For `--layout`. */
  readonly name: string;
  /** For people: "MVTec AD". */
  readonly title: string;
  /** Whether a folder looks like this, by names alone. The first layout that fits is used. */
  fits(root: Folder, context: LayoutContext): boolean;
  /** Every image that is used. What a folder holds beyond them is named by the caller. */
  read(root: Folder, context: LayoutContext): Promise<readonly ImageRow[]> | readonly ImageRow[];
}
