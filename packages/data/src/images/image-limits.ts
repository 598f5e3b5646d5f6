/** Bounds that are checked before anything of the claimed size is allocated. */
export interface ImageLimits {
  /** The most bytes that a file may have; 256 MiB by default. */
  readonly maxBytes?: number;
  /** The most pixels that an image may have; 100 million by default. */
  readonly maxPixels?: number;
}

/** Options of everything that reads an image. */
export interface ImageOptions extends ImageLimits {
  /** What messages call an image that comes as bytes: "upload", "part.png". */
  readonly name?: string;
  /**
   * The largest value that 16-bit samples use, which becomes white: 4095 for a 12-bit camera. Of several values, the smallest that is not below the
   * image's own largest value is taken. 65535, the whole range, by default. 8-bit samples are not changed.
   */
  readonly range?: number | readonly number[] | undefined;
}

export const defaultMaxBytes = 256 * 1024 * 1024;
export const defaultMaxPixels = 100_000_000;
