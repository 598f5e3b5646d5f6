import { check } from "@ltad/core/check";
import { defaultMaxPixels, type ImageOptions } from "./image-limits.js";
import { imageRule } from "./image-rule.js";
import { damagedError, openImage, type OpenImage } from "./open-image.js";

/** Pixels of one image. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] RGB, 0..255 */
  readonly data: Uint8Array;
}

/**
 * Decodes a PNG, JPEG, WebP, TIFF (first page), GIF (first frame), BMP, PGM or PPM to 8-bit RGB.
 * The content of the file decides its format, and EXIF turns the image upright. Alpha is dropped, not blended. 16-bit samples give their high byte,
 * or are scaled from `range`. Values stay as stored: there is no colour management, except for CMYK. A file that is truncated or damaged anywhere is refused.
 * @throws LtadError `LTAD_IMAGE` that names the file, the fault and the remedy
 */
export async function decodeImage(source: string | Uint8Array, options: ImageOptions = {}): Promise<DecodedImage> {
  check("decodeImage", { options }, { options: imageRule });
  return decodePixels(await openImage(source, options), options);
}

/** The pixels of an opened image; see {@link decodeImage}. */
export async function decodePixels(image: OpenImage, options: ImageOptions = {}): Promise<DecodedImage> {
  const { width, height } = image.header;
  return { width, height, data: await rawRgb(image, image.pixels(), options) };
}

/** Runs a pipeline to [height, width, 3] bytes. */
export async function rawRgb(
  image: OpenImage,
  pipeline: ReturnType<OpenImage["pixels"]>,
  { maxPixels = defaultMaxPixels }: ImageOptions,
): Promise<Uint8Array> {
  try {
    const bytes = await pipeline.removeAlpha().toColourspace("srgb").raw({ depth: "uchar" }).toBuffer();
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  } catch (error) {
    throw damagedError(image.name, image.header.format, maxPixels, error);
  }
}
