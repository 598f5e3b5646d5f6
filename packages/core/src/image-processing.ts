/** Resampling filters under sharp's names; Pillow calls them nearest, bilinear, bicubic and lanczos. */
export const resizeKernels = ["nearest", "linear", "cubic", "lanczos3"] as const;
export type ResizeKernel = (typeof resizeKernels)[number];

/**
 * How a model's own processor brings an image to the square that its network sees: `processImage` of @ltad/data does it.
 * LTAD takes the kernel only, and squashes, so that no part of an image is lost.
 */
export interface ImageProcessing {
  readonly kernel: ResizeKernel;
  /** Pixels after resizing: of the shorter side, the other in proportion, or of both. */
  readonly resize: { readonly shorter: number } | { readonly both: number };
  /** Side of the middle that is then cut out: the size the network was trained at. */
  readonly size: number;
  /** Where the middle begins when it does not lie even: transformers rounds down, torchvision and timm to an even number. */
  readonly corner: "down" | "even";
}
