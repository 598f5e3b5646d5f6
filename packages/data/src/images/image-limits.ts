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
  /**
   * The largest value that 16-bit samples use: 4095 for a camera of 12 bits. It becomes white. Of several, the smallest that holds the image's own
   * largest value; 65535, the whole range, when left out. Samples of 8 bits are as they are.
   */
  readonly range?: number | readonly number[] | undefined;
}

export const defaultMaxBytes = 256 * 1024 * 1024;
export const defaultMaxPixels = 100_000_000;
