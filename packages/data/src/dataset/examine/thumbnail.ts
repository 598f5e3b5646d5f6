import sharp from "sharp";
import type { ImageLimits } from "../../images/image-limits.js";
import { decodeShrunk } from "../../images/load-image.js";
import { ranges } from "../../images/spread-range.js";

/** Pixels of a picture that is shrunk once more, with a better filter. */
const mostPixels = 1_000_000;

/**
 * A small picture of an image for a web page, as a data URI. A 16-bit image is brightened by its own range of values.
 * @param side the longest that the longer side may be, in pixels
 * @throws LtadError `LTAD_IMAGE`
 */
export async function thumbnail(file: string, side: number, limits: ImageLimits = {}): Promise<string> {
  const { data, width, height } = await decodeShrunk(file, mostPixels, { ...limits, range: ranges });
  const small = sharp(data, { raw: { width, height, channels: 3 } }).resize(side, side, { fit: "inside", withoutEnlargement: true });
  return `data:image/webp;base64,${(await small.webp({ quality: 80 }).toBuffer()).toString("base64")}`;
}
