import type { ResizeKernel } from "@ltad/core";
import { check, whole as wholeNumber } from "@ltad/core/check";
import sharp from "sharp";
import { type DecodedImage, decodePixels, rawRgb } from "./decode-image.js";
import type { ImageOptions } from "./image-limits.js";
import { readImageRule } from "./image-rule.js";
import { openImage, type OpenImage } from "./open-image.js";
import { shrunkSize, squashImage, unitRange } from "./squash-image.js";

/** How an image is read and resized. */
export interface LoadImageOptions extends ImageOptions {
  /** Resampling filter; `linear` by default. */
  readonly kernel?: ResizeKernel;
}

/** An image as {@link readImage} returns it. */
export interface LoadedImage {
  /** [size, size, 3] RGB, 0..1 */
  readonly input: Float32Array;
  /** Size of the image itself, upright. */
  readonly width: number;
  readonly height: number;
  /** Its pixels; only with the option `pixels`. */
  readonly pixels?: DecodedImage;
}

/**
 * One image as the input of an encoder, with its size and, with `pixels`, its pixels. The header is read only once.
 * An upright 8-bit RGB image is also decoded only once. Grey images, other types and JPEGs of four times the size and more are decoded a
 * second time for their pixels, because an input made from these would be rounded differently.
 * With `mostPixels`, the pixels of a larger image are shrunk to this number while they are read, so that memory stays bounded.
 * @returns the same `input` with and without `pixels`; see {@link loadImage}
 * @throws LtadError `LTAD_IMAGE`
 */
export async function readImage(
  source: string | Uint8Array,
  size: number,
  options: LoadImageOptions & { readonly pixels?: boolean; readonly mostPixels?: number | undefined } = {},
): Promise<LoadedImage> {
  check("readImage", { size, options }, { size: wholeNumber(1), options: readImageRule });
  const { kernel = "linear" } = options;
  const image = await openImage(source, options);
  const { format, width, height, hasAlpha } = image.header;
  const isForSharp = !hasAlpha && width >= size && height >= size && kernel !== "nearest";
  if (options.pixels && width * height > (options.mostPixels ?? Infinity)) return readLarge(image, size, { ...options, isForSharp });
  const pixels = options.pixels || !isForSharp ? await decodePixels(image, options) : undefined;
  const found = { width, height, ...(pixels && options.pixels ? { pixels } : {}) };
  if (pixels && !isForSharp) return { input: squashImage(pixels, size, kernel), ...found };
  const shrinksOnLoad = format === "jpeg" && Math.min(width, height) >= 4 * size; // sharp lets libjpeg halve it, at the least
  const whole = pixels && image.isPlain && !shrinksOnLoad ? sharp(pixels.data, { raw: { width, height, channels: 3 } }) : image.pixels();
  const shrunk = whole.resize(size, size, { fit: "fill", kernel, fastShrinkOnLoad: false });
  return { input: unitRange(await rawRgb(image, shrunk, options)), ...found };
}

/** An image whose pixels are wanted shrunk: the input and the pixels each run over the file once. */
async function readLarge(
  image: OpenImage,
  size: number,
  {
    isForSharp,
    mostPixels,
    kernel = "linear",
    ...options
  }: LoadImageOptions & { readonly isForSharp: boolean; readonly mostPixels?: number | undefined },
): Promise<LoadedImage> {
  const { width, height } = image.header;
  const to = shrunkSize({ width, height }, mostPixels ?? width * height);
  const data = await rawRgb(image, image.pixels().resize(to.width, to.height, { fit: "fill" }), options);
  const input = isForSharp
    ? unitRange(await rawRgb(image, image.pixels().resize(size, size, { fit: "fill", kernel, fastShrinkOnLoad: false }), options))
    : squashImage(await decodePixels(image, options), size, kernel);
  return { input, width, height, pixels: { ...to, data } };
}

/** The pixels of an image, shrunk to at most `mostPixels` pixels while they are read. @throws LtadError `LTAD_IMAGE` */
export async function decodeShrunk(source: string | Uint8Array, mostPixels: number, options: ImageOptions = {}): Promise<DecodedImage> {
  const image = await openImage(source, options);
  const { width, height } = image.header;
  if (width * height <= mostPixels) return decodePixels(image, options);
  const to = shrunkSize({ width, height }, mostPixels);
  return { ...to, data: await rawRgb(image, image.pixels().resize(to.width, to.height, { fit: "fill" }), options) };
}

/**
 * One image as the input of an encoder: decoded (see {@link decodeImage}) and squashed to size x size, whatever its shape.
 * sharp shrinks images (within 6 of 255 of Pillow with the same filter, 13 with lanczos3; see docs/encoders.md). `resize` takes its place for an image that
 * grows along an axis or has alpha, and for the kernel `nearest`, because sharp enlarges with a shift of half a pixel, blends colours with alpha, and
 * does not take the nearest pixel.
 * @returns [size, size, 3] RGB, 0..1
 * @throws LtadError `LTAD_IMAGE`
 */
export async function loadImage(source: string | Uint8Array, size: number, options: LoadImageOptions = {}): Promise<Float32Array> {
  return (await readImage(source, size, options)).input;
}
