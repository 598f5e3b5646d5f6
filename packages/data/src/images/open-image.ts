import { check, refuse, type Rule } from "@ltad/core/check";
import sharp, { type Sharp } from "sharp";
import { imageError } from "./image-error.js";
import { defaultMaxPixels, type ImageOptions } from "./image-limits.js";
import { checkByteLimit, readImageFile, readImageStart } from "./read-image-file.js";
import { PixelFault } from "./plain-pixels.js";
import { readBmp } from "./read-bmp.js";
import { readPnm } from "./read-pnm.js";
import { spreadRange } from "./spread-range.js";
import { type ImageFormat, sniffFormat } from "./sniff-format.js";

/** An image as its header describes it. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** Size in pixels after the EXIF rotation. */
  readonly width: number;
  readonly height: number;
  /** Bits of a sample as stored: 8 (also for fewer) or 16. */
  readonly depth: 8 | 16;
  readonly hasAlpha: boolean;
  /** EXIF orientation as stored, 1 to 8: 1 is upright, from 5 on the sides were swapped. */
  readonly orientation: number;
  /** Pages of a TIFF or frames of an animation; the first is read. */
  readonly pages: number;
}

/** A checked image whose pixels are not decoded yet. */
export interface OpenImage {
  readonly name: string;
  readonly header: ImageHeader;
  /** RGB of 8 bits, upright as stored: the result is the same whether it is decoded first or resized first, to the last bit. */
  readonly isPlain: boolean;
  /** A fresh pipeline, upright (EXIF). */
  pixels(): Sharp;
  /** A fresh pipeline of the pixels as they lie in the file. */
  stored(): Sharp;
}

const convert =
  "Use PNG, JPEG, WebP, TIFF, GIF, BMP, PGM or PPM; convert the file (for example with ImageMagick: magick IN OUT.png) or remove it.";
const replace = "Use a PNG, JPEG, WebP, TIFF, GIF, BMP, PGM or PPM image; copy the right file here, or remove this one.";

const sourceRule: Rule = (value, path) => {
  const fits = (typeof value === "string" && value !== "") || value instanceof Uint8Array;
  if (!fits) throw refuse(path, "the path of an image, or the bytes of its file", value, "LTAD_SHAPE");
};

/**
 * Reads the header of a file or of bytes, finds the format by the content, and checks the size against the limits.
 * @throws LtadError `LTAD_IMAGE`
 */
export async function openImage(source: string | Uint8Array, options: ImageOptions = {}): Promise<OpenImage> {
  check("image", { source }, { source: sourceRule });
  const name = nameOf(source, options);
  const { maxBytes, maxPixels = defaultMaxPixels } = options;
  const bytes = typeof source === "string" ? await readImageFile(source, options) : source;
  checkByteLimit(bytes.length, name, maxBytes);
  const sniffed = sniffFormat(bytes);
  if (sniffed.format === null) throw imageError(name, `this is ${sniffed.found}`, sniffed.isPicture ? convert : replace);
  const input = inputOf(bytes, sniffed.format, name, maxPixels);
  const { header, isPlain } = await readHeader(input(), sniffed.format, name, maxPixels);
  const opened = { name, header, isPlain, pixels: () => input().autoOrient(), stored: input };
  return options.range !== undefined && header.depth === 16 ? inRange(opened, options.range, maxPixels) : opened;
}

/** Turns a 16-bit image that uses only a part of the range into an 8-bit image. */
async function inRange(image: OpenImage, range: number | readonly number[], maxPixels: number): Promise<OpenImage> {
  const spread = await spreadRange(image.pixels(), range).catch((error: unknown) => {
    throw damagedError(image.name, image.header.format, maxPixels, error);
  });
  if (spread === null) return image;
  const pixels = () => spread.clone();
  return { ...image, header: { ...image.header, hasAlpha: false }, isPlain: true, pixels, stored: pixels };
}

/** Makes pipelines from the content of a file; what sharp does not read is read here. */
function inputOf(bytes: Uint8Array, format: ImageFormat, name: string, maxPixels: number): () => Sharp {
  if (format !== "bmp" && format !== "pnm")
    return () => sharp(bytes, { failOn: "warning", limitInputPixels: maxPixels, limitInputChannels: 5, ignoreIcc: true });
  const checkSize = (width: number, height: number) => {
    if (width * height > maxPixels) throw tooLargeError(name, `${width}x${height} pixels`, maxPixels);
  };
  try {
    const { data, width, height, channels } = format === "bmp" ? readBmp(bytes, checkSize) : readPnm(bytes, checkSize);
    return () => sharp(data, { raw: { width, height, channels }, limitInputPixels: maxPixels });
  } catch (error) {
    if (!(error instanceof PixelFault)) throw error;
    throw imageError(
      name,
      `this ${format.toUpperCase()} ${error.message}`,
      "Convert it to PNG, export or copy it again, or remove it.",
      error,
    );
  }
}

const headerBytes = 64 * 1024;

/**
 * The header of an image: format and upright size. Of a PNG or JPEG file, the first 64 KB are read, and the rest only if the header does not
 * end there. Other files are read completely, because parts of their header may be anywhere.
 * @throws LtadError `LTAD_IMAGE`
 */
export async function readImageHeader(source: string | Uint8Array, options: ImageOptions = {}): Promise<ImageHeader> {
  if (typeof source !== "string") return (await openImage(source, options)).header;
  const named = { ...options, name: nameOf(source, options) };
  const { start, whole } = await readImageStart(source, headerBytes, named);
  if (whole) return (await openImage(start, named)).header;
  const { format } = sniffFormat(start);
  const image = format === "png" || format === "jpeg" ? await openImage(start, named).catch(() => undefined) : undefined;
  return (image ?? (await openImage(source, named))).header;
}

function nameOf(source: string | Uint8Array, { name }: ImageOptions): string {
  return name ?? (typeof source === "string" ? source : "image");
}

async function readHeader(
  input: Sharp,
  format: ImageFormat,
  name: string,
  maxPixels: number,
): Promise<Pick<OpenImage, "header" | "isPlain">> {
  const meta = await input.metadata().catch((error: unknown) => {
    throw damagedError(name, format, maxPixels, error);
  });
  if (meta.width * meta.height > maxPixels) throw tooLargeError(name, `${meta.width}x${meta.height} pixels`, maxPixels);
  if (meta.depth !== "uchar" && meta.depth !== "ushort") {
    throw imageError(
      name,
      `its samples are of type ${meta.depth}`,
      "Only unsigned samples of 8 or 16 bits have a defined brightness; convert the image to 8 or 16 bits.",
    );
  }
  const { width, height } = meta.autoOrient;
  const header: ImageHeader = {
    format,
    width,
    height,
    depth: meta.depth === "ushort" ? 16 : 8,
    hasAlpha: meta.hasAlpha ?? false,
    orientation: meta.orientation ?? 1,
    pages: meta.pages ?? 1,
  };
  const isPlain = header.depth === 8 && meta.space === "srgb" && meta.channels === 3 && header.orientation === 1;
  return { header, isPlain };
}

/** The error for a failure of the decoder. */
export function damagedError(name: string, format: ImageFormat, maxPixels: number, error: unknown): Error {
  const why = error instanceof Error ? error.message.split("\n")[0]! : String(error);
  if (/pixel limit/i.test(why)) return tooLargeError(name, "too many pixels", maxPixels, error);
  const reason = /failOn/.test(why) ? "" : ` (${why})`; // what sharp says where two files fail together: an option of ours
  return imageError(name, `this ${format.toUpperCase()} is damaged or truncated${reason}`, "Export or copy it again, or remove it.", error);
}

function tooLargeError(name: string, found: string, maxPixels: number, cause?: unknown): Error {
  return imageError(
    name,
    `it has ${found}; expected at most ${maxPixels} pixels`,
    "Scale the image down, or allow more (--max-pixels N, or maxPixels in a program).",
    cause,
  );
}
