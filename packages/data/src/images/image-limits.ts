/** Bounds that are checked before anything of the claimed size is allocated. */
export interface ImageLimits {
  /** Largest file, in bytes; 256 MiB by default. */
  readonly maxBytes?: number;
  /** Largest image, in pixels; 100 million by default. */
  readonly maxPixels?: number;
}

/** Options of everything that reads an image. */
export interface ImageOptions extends ImageLimits {
  /** What messages call an image that comes as bytes: "upload", "part.png". */
  readonly name?: string;
}

export const defaultMaxBytes = 256 * 1024 * 1024;
export const defaultMaxPixels = 100_000_000;
