import { eachAtOnce, type JobOptions } from "@ltad/core";
import type { ImageLimits } from "./image-limits.js";
import { damagedError, openImage, readImageHeader } from "./open-image.js";
import { defaultMaxPixels } from "./image-limits.js";
import { rangeOf, wholeRange } from "./spread-range.js";

/**
 * The range that the 16-bit images of a class use: that of the smallest camera (8, 10, 12, 14 or 16 bits) which holds every value in them.
 * @returns undefined when the whole range is used, or no image has 16 bits
 * @throws LtadError `LTAD_IMAGE`
 */
export async function findRange(files: readonly string[], options: JobOptions & ImageLimits = {}): Promise<number | undefined> {
  const { signal, maxPixels = defaultMaxPixels, maxBytes } = options;
  const limits = { maxPixels, ...(maxBytes !== undefined && { maxBytes }) };
  let largest = -1;
  const look = async (file: string) => {
    if (largest > 16383) return; // the whole range already
    if ((await readImageHeader(file, limits)).depth !== 16) return;
    const found = await largestIn(file, limits);
    largest = Math.max(largest, found); // others have looked meanwhile
  };
  await eachAtOnce(files, look, { signal, atOnce: 4 });
  const range = rangeOf(largest);
  return largest < 0 || range === wholeRange ? undefined : range;
}

/** The largest value in an image of 16 bits. @throws LtadError `LTAD_IMAGE` */
export async function largestIn(source: string | Uint8Array, limits: ImageLimits & { readonly name?: string } = {}): Promise<number> {
  const image = await openImage(source, limits);
  try {
    const data = await image.stored().removeAlpha().toColourspace("rgb16").raw({ depth: "ushort" }).toBuffer();
    return new Uint16Array(data.buffer, data.byteOffset, data.length / 2).reduce((top, v) => Math.max(top, v), 0);
  } catch (error) {
    throw damagedError(image.name, image.header.format, limits.maxPixels ?? defaultMaxPixels, error);
  }
}
