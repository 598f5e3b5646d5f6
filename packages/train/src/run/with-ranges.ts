import type { JobOptions } from "@ltad/core";
import { findRange, type Split } from "@ltad/data";

/**
 * The split with the range that the 16-bit images of each class use: 12 bits of a camera in 16-bit files would else keep 16 grey levels.
 * A class without a range of its own is as it was.
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
