/** Resampling filters under the names of sharp. Pillow calls them nearest, bilinear, bicubic and lanczos. */
export const resizeKernels = ["nearest", "linear", "cubic", "lanczos3"] as const;
export type ResizeKernel = (typeof resizeKernels)[number];

/**
 * How a model's own processor turns an image into the square that its network sees; `processImage` of @ltad/data does the same.
 * Detectors use only the kernel: they resize the whole image to a square, so that no part of it is lost.
 */
export interface ImageProcessing {
  readonly kernel: ResizeKernel;
  /** Pixels after resizing: of the shorter side, with the other side in proportion, or of both sides. */
  readonly resize: { readonly shorter: number } | { readonly both: number };
  /** Side in pixels of the square that is then cropped from the middle, which is the size that the network was trained at. */
  readonly size: number;
  /** Where the crop begins when its margins are uneven: transformers rounds half pixels down, torchvision and timm round to the even number. */
  readonly corner: "down" | "even";
}
