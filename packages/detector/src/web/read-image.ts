import { imageError, readPnm, sniffFormat } from "@ltad/data/browser";
import { isLtadError } from "@ltad/core/browser";
import { decodeByBrowser } from "./decode-by-browser.js";
import { inRange, type PlainPixels, toRgb, type WebPixels } from "./plain-pixels.js";
import { readPng } from "./read-png.js";

/** An image for a detector in a browser: a file, its bytes, or pixels with three or four channels, such as the `ImageData` of a canvas. */
export type WebImage = Blob | Uint8Array<ArrayBuffer> | DecodedPixels;

interface DecodedPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

export interface ReadOptions {
  /** The most pixels that an image may have; 100 million by default. */
  readonly maxPixels?: number | undefined;
  /** How 16-bit images are read; see `rangeFor`. */
  readonly range?: number | readonly number[] | undefined;
}

const advice = "Use PNG, JPEG, WebP, GIF, BMP, PGM or PPM; convert the file, or send it to a server.";

/**
 * Reads an image with the same result as in Node.js. PNG and PNM are decoded here if a browser would lose information.
 * @throws LtadError `LTAD_IMAGE`
 */
export async function readImage(source: WebImage, { maxPixels = 100_000_000, range }: ReadOptions = {}): Promise<WebPixels> {
  if ("width" in source) return decoded(source);
  const bytes = source instanceof Uint8Array ? source : new Uint8Array(await source.arrayBuffer());
  const name = source instanceof Uint8Array ? "image" : ((source as { readonly name?: string }).name ?? "image");
  const sniffed = sniffFormat(bytes);
  if (sniffed.format === null) throw imageError(name, `this is ${sniffed.found}`, advice);
  if (sniffed.format === "tiff") throw imageError(name, "this is a TIFF, which browsers do not read", advice);
  const checkSize = (width: number, height: number) => {
    if (width * height > maxPixels)
      throw imageError(name, `it has ${width}x${height} pixels; expected at most ${maxPixels} pixels`, "Scale the image down.");
  };
  try {
    return inRange(toRgb(await samples(bytes, sniffed.format, checkSize)), range);
  } catch (error) {
    if (isLtadError(error)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw imageError(name, `this ${sniffed.format.toUpperCase()} is damaged or truncated (${why})`, "Export or copy it again.", error);
  }
}

async function samples(
  bytes: Uint8Array<ArrayBuffer>,
  format: string,
  checkSize: (width: number, height: number) => void,
): Promise<PlainPixels> {
  if (format === "pnm") return { ...readPnm(bytes, checkSize), hasAlpha: false };
  const png = format === "png" ? await readPng(bytes, checkSize) : undefined;
  return png ?? decodeByBrowser(bytes, checkSize);
}

function decoded({ width, height, data }: DecodedPixels): WebPixels {
  const channels = data.length / (width * height);
  if (channels !== 3 && channels !== 4)
    throw imageError("image", `it has ${data.length} samples for ${width}x${height} pixels`, "Pass three or four samples for each pixel.");
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { ...toRgb({ width, height, channels, hasAlpha: false, data: bytes }), isDecoded: true };
}
