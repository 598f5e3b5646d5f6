import { float32, type NdArray } from "@ltad/core/browser";
import { shrinkAsSharp, squashImage, unitRange } from "@ltad/data/browser";
import type { Manifest } from "../manifest.js";
import { toBytes, type WebPixels } from "./plain-pixels.js";

/**
 * Computes the input of the encoder from the pixels of an image, bit for bit as in Node.js: shrunk as sharp does it, or resized in floating point
 * where Node.js does not use sharp either.
 * @returns float32 [1, S, S, 3], RGB 0..1
 */
export function modelInput(pixels: WebPixels, { inputSize: size, kernel }: Pick<Manifest["features"], "inputSize" | "kernel">): NdArray {
  const { width, height, data, hasAlpha, isDecoded } = pixels;
  const isForSharp = !isDecoded && !hasAlpha && width >= size && height >= size && kernel !== "nearest";
  const input = isForSharp
    ? unitRange(toBytes(shrinkAsSharp(data, pixels, size, kernel)))
    : squashImage({ width, height, data: toBytes(data) }, size, kernel);
  return float32([1, size, size, 3], input);
}
