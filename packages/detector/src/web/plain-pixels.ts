/** The samples of an image file, as they are stored. */
export interface PlainPixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly hasAlpha: boolean;
  readonly data: Uint8Array | Uint16Array;
}

/** RGB pixels of 8 or 16 bits, and how they are resized. */
export interface WebPixels {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] */
  readonly data: Uint8Array | Uint16Array;
  readonly hasAlpha: boolean;
  /** True for pixels that did not come from a file; they are resized in floating point, as in Node.js. */
  readonly isDecoded: boolean;
}

/** Turns samples into RGB: alpha is dropped, and grey is repeated three times. */
export function toRgb({ width, height, channels, hasAlpha, data }: PlainPixels): WebPixels {
  const rgb = data instanceof Uint16Array ? new Uint16Array(width * height * 3) : new Uint8Array(width * height * 3);
  const isGrey = channels < 3;
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[isGrey ? from : from + 1]!;
    rgb[to + 2] = data[isGrey ? from : from + 2]!;
  }
  return { width, height, data: rgb, hasAlpha, isDecoded: false };
}

/**
 * Turns a 16-bit image that uses only a part of the range into one of 8 bits; see `rangeFor`.
 * @returns the image itself if it has 8 bits or uses the whole range
 */
export function inRange(pixels: WebPixels, range: number | readonly number[] | undefined): WebPixels {
  const { data } = pixels;
  if (range === undefined || !(data instanceof Uint16Array)) return pixels;
  const tops = (typeof range === "number" ? [range] : [...range]).sort((a, b) => a - b);
  const largest = data.reduce((a, b) => Math.max(a, b), 0);
  const top = tops.length === 1 ? tops[0]! : (tops.find((one) => one >= largest) ?? tops.at(-1)!);
  if (top >= 65535) return pixels;
  return { ...pixels, hasAlpha: false, data: Uint8Array.from(data, (value) => Math.min(255, (value * 256) / (top + 1))) };
}

/** The high bytes of 16-bit samples. */
export function toBytes(data: Uint8Array | Uint16Array): Uint8Array {
  return data instanceof Uint16Array ? Uint8Array.from(data, (value) => value >> 8) : data;
}
