import type { JobOptions } from "@ltad/core";
import type { ImageLimits } from "@ltad/data";

/** What reads images takes: how to stop and to report it, and the most pixels of an image where `--max-pixels` says so. */
export function jobOf(
  { signal, onProgress }: JobOptions,
  { maxPixels }: { readonly maxPixels?: number | undefined },
): JobOptions & ImageLimits {
  return { signal, onProgress, ...(maxPixels !== undefined && { maxPixels }) };
}
