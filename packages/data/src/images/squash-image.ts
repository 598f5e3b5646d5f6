import type { ResizeKernel } from "@ltad/core/browser";
import type { DecodedImage } from "./decode-image.js";
import { resize } from "./resize.js";

/** The size of a picture that has the shape of a larger one and at most the given number of pixels. */
export function shrunkSize(
  { width, height }: Pick<DecodedImage, "width" | "height">,
  mostPixels: number,
): { width: number; height: number } {
  const scale = Math.min(1, Math.sqrt(mostPixels / (width * height)));
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}

/**
 * Squashes decoded pixels to size x size, antialiased.
 * @returns [size, size, 3] RGB, 0..1
 */
export function squashImage({ data, width, height }: DecodedImage, size: number, kernel: ResizeKernel = "linear"): Float32Array {
  const out = resize(data, [height, width, 3], [size, size], kernel);
  for (let i = 0; i < out.length; i++) out[i] = toUnit(out[i]!); // in place: another array would cost more than the division
  return out;
}

/** 0..255 -> 0..1 */
export function unitRange(data: Uint8Array | Float32Array): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = toUnit(data[i]!);
  return out;
}

const toUnit = (value: number) => Math.max(0, Math.min(1, value / 255));
