import type { ImageProcessing } from "@ltad/core";

export type { ImageProcessing, ResizeKernel } from "@ltad/core";

/** The processing that is assumed for a model that does not describe its own: a linear resize to a square. */
export function squashTo(size: number): ImageProcessing {
  return { kernel: "linear", resize: { both: size }, size, corner: "down" };
}
