import type { ResizeKernel } from "@ltad/core";
import { type DecodedImage, decodePixels, rawRgb } from "./decode-image.js";
import type { ImageOptions } from "./image-limits.js";
import { openImage } from "./open-image.js";
import { resize } from "./resize.js";

export interface LoadImageOptions extends ImageOptions {
  /** Resampling filter; `linear` by default. */
  readonly kernel?: ResizeKernel;
}

/**
 * One image as the encoders take it: decoded (see {@link decodeImage}) and squashed to size x size, whatever its shape.
 * sharp shrinks (within 6 of 255 of Pillow by the same filter, 13 by lanczos3: docs/encoders.md); as it enlarges with a shift of half a pixel, blends colours with alpha,
 * and takes other pixels than the nearest, an image that grows along an axis or has alpha, and the kernel `nearest`, go through {@link resize} instead.
 * @returns [size, size, 3] RGB, 0..1
 * @throws LtadError `LTAD_IMAGE`
 */
export async function loadImage(source: string | Uint8Array, size: number, options: LoadImageOptions = {}): Promise<Float32Array> {
  const { kernel = "linear" } = options;
  const image = await openImage(source, options);
  const { width, height, hasAlpha } = image.header;
  if (hasAlpha || width < size || height < size || kernel === "nearest")
    return squashImage(await decodePixels(image, options), size, kernel);
  const pipeline = image.pixels().resize(size, size, { fit: "fill", kernel, fastShrinkOnLoad: false });
  return unitRange(await rawRgb(image, pipeline, options));
}

/**
 * Squashes decoded pixels to size x size, antialiased.
 * @returns [size, size, 3] RGB, 0..1
 */
export function squashImage({ data, width, height }: DecodedImage, size: number, kernel: ResizeKernel = "linear"): Float32Array {
  return unitRange(resize(data, [height, width, 3], [size, size], kernel));
}

/** 0..255 -> 0..1 */
export function unitRange(data: Uint8Array | Float32Array): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = Math.max(0, Math.min(1, data[i]! / 255));
  return out;
}
