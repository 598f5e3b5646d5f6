/** Pixels of a file that sharp does not read, as they lie in it but with the first row on top. */
export interface PlainPixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** [height, width, channels]; 16 bits are spread over the whole range */
  readonly data: Uint8Array | Uint16Array;
}

/** Says why a file cannot be read, in words that follow "this BMP ". */
export class PixelFault extends Error {}

/** The size of a file is checked before its pixels take memory. @throws PixelFault unless the caller's limit allows it */
export type CheckSize = (width: number, height: number) => void;
