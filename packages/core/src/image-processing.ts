/** Resampling filters under sharp's names; Pillow calls them nearest, bilinear, bicubic and lanczos. */
export const resizeKernels = ["nearest", "linear", "cubic", "lanczos3"] as const;
export type ResizeKernel = (typeof resizeKernels)[number];

/**
 * How a model's own processor brings an image to the square that its network sees: `processImage` of @ltad/data does it.
 * LTAD uses only the kernel, and resizes the whole image to a square, so that no part of it is lost.
 */
export interface ImageProcessing {
  readonly kernel: ResizeKernel;
  /** Pixels after resizing: of the shorter side, the other in proportion, or of both. */
  readonly resize: { readonly shorter: number } | { readonly both: number };
  /** Side of the square that is then cropped from the middle: the size the network was trained at. */
  readonly size: number;
  /** Where the crop begins when its margins are uneven: transformers rounds down, torchvision and timm to an even number. */
  readonly corner: "down" | "even";
}
