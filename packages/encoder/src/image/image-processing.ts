import type { ImageProcessing } from "@ltad/core";

export type { ImageProcessing, ResizeKernel } from "@ltad/core";

/** What is assumed of a model that says nothing. */
export function squashTo(size: number): ImageProcessing {
  return { kernel: "linear", resize: { both: size }, size, corner: "down" };
}
