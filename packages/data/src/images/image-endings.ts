import { extname } from "node:path";

/** Endings of names that mean an image, also of kinds that are refused with advice when they are read. */
const endings = new Set(
  "png jpg jpeg jfif webp tif tiff gif bmp dib pgm ppm pnm pbm heic heif avif jp2 jxl".split(" ").map((ending) => `.${ending}`),
);

/** True for a file whose name says that it is an image, whatever the case of its ending. */
export function isImageName(name: string): boolean {
  return endings.has(extname(name).toLowerCase());
}
