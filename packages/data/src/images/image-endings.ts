import { extname } from "node:path";

/** Endings of names that mean an image, also of kinds that are refused with advice when they are read. */
const endings = new Set(
  "png jpg jpeg jfif webp tif tiff gif bmp dib pgm ppm pnm pbm heic heif avif jp2 jxl".split(" ").map((ending) => `.${ending}`),
);

/** Whether a file name ends like that of an image, in upper or lower case. */
export function isImageName(name: string): boolean {
  return endings.has(extname(name).toLowerCase());
}
