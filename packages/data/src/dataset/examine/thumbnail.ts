import sharp from "sharp";
import { decodeImage } from "../../images/decode-image.js";

/**
 * A small picture of an image for a page, as a data URI.
 * @param side the longer side at most, in pixels
 * @throws LtadError `LTAD_IMAGE`
 */
export async function thumbnail(file: string, side: number): Promise<string> {
  const { data, width, height } = await decodeImage(file);
  const small = sharp(data, { raw: { width, height, channels: 3 } }).resize(side, side, { fit: "inside", withoutEnlargement: true });
  return `data:image/webp;base64,${(await small.webp({ quality: 80 }).toBuffer()).toString("base64")}`;
}
