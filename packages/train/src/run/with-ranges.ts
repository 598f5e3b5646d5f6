import type { JobOptions } from "@ltad/core";
import { findRange, type Split } from "@ltad/data";

/**
 * Finds the range that the 16-bit images of each class use. Without it, the 12 bits of a camera in 16-bit files would keep only 16 grey levels.
 * A class whose images use the whole range does not change.
 */
export async function withRanges(split: Split, options: JobOptions & { readonly maxPixels?: number | undefined }): Promise<Split> {
  const { signal, maxPixels } = options;
  const classes: Split["classes"][number][] = [];
  for (const entry of split.classes) {
    const files = entry.train.map(({ file }) => file);
    const range = await findRange(files, { signal, ...(maxPixels !== undefined && { maxPixels }) });
    classes.push(range === undefined ? entry : { ...entry, train: entry.train.map((item) => ({ ...item, range })) });
  }
  return { ...split, classes };
}
