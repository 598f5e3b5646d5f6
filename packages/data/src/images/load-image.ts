import { type DecodedImage, decodePixels, rawRgb } from "./decode-image.js";
import type { ImageOptions } from "./image-limits.js";
import { openImage } from "./open-image.js";
import { resizeBilinear } from "./resize-bilinear.js";

/**
 * One image as the encoders take it: decoded (see {@link decodeImage}) and squashed to size x size, whatever its shape.
 * sharp shrinks (kernel linear, within 8 of 255 of Pillow's bilinear); as it enlarges with a shift of half a pixel, and blends colours with alpha,
 * an image that grows along an axis or has alpha goes through {@link resizeBilinear} instead.
 * @returns [size, size, 3] RGB, 0..1
 * @throws LtadError `LTAD_IMAGE`
 */
export async function loadImage(source: string | Uint8Array, size: number, options: ImageOptions = {}): Promise<Float32Array> {
  const image = await openImage(source, options);
  const { width, height, hasAlpha } = image.header;
  if (hasAlpha || width < size || height < size) return squashImage(await decodePixels(image, options), size);
  const pipeline = image.pixels().resize(size, size, { fit: "fill", kernel: "linear", fastShrinkOnLoad: false });
  return unitRange(await rawRgb(image, pipeline, options));
}

/**
 * Squashes decoded pixels to size x size with the antialiased bilinear filter.
 * @returns [size, size, 3] RGB, 0..1
 */
export function squashImage({ data, width, height }: DecodedImage, size: number): Float32Array {
  return unitRange(resizeBilinear(data, [height, width, 3], [size, size]));
}

/** 0..255 -> 0..1 */
function unitRange(data: Uint8Array | Float32Array): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = Math.min(1, (data[i] as number) / 255);
  return out;
}
