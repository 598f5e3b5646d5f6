import { open } from "node:fs/promises";
import sharp, { type Sharp } from "sharp";
import { imageError } from "./image-error.js";
import { defaultMaxBytes, defaultMaxPixels, type ImageOptions } from "./image-limits.js";
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
}

/** A checked image whose pixels are not decoded yet. */
export interface OpenImage {
  readonly name: string;
  readonly header: ImageHeader;
  /** RGB of 8 bits, upright as stored: the result is the same whether it is decoded first or resized first, to the last bit. */
  readonly isPlain: boolean;
  /** A fresh pipeline, upright (EXIF). */
  pixels(): Sharp;
}

const convert = "Use PNG, JPEG, WebP, TIFF or GIF; convert the file (for example with ImageMagick: magick IN OUT.png) or remove it.";
const replace = "Use a PNG, JPEG, WebP, TIFF or GIF image; copy the right file here, or remove this one.";

/**
 * Reads a file or bytes as far as the header: kind by content, size against the limits.
 * @throws LtadError `LTAD_IMAGE`
 */
export async function openImage(source: string | Uint8Array, options: ImageOptions = {}): Promise<OpenImage> {
  const name = options.name ?? (typeof source === "string" ? source : "image");
  const { maxBytes = defaultMaxBytes, maxPixels = defaultMaxPixels } = options;
  const bytes = typeof source === "string" ? await readBytes(source, name, maxBytes) : checkBytes(source, name, maxBytes);
  const sniffed = sniffFormat(bytes);
  if (sniffed.format === null) throw imageError(name, `this is ${sniffed.found}`, sniffed.isPicture ? convert : replace);
  const input = () => sharp(bytes, { failOn: "warning", limitInputPixels: maxPixels, limitInputChannels: 5, ignoreIcc: true, pages: 1 });
  const { header, isPlain } = await readHeader(input(), sniffed.format, name, maxPixels);
  return { name, header, isPlain, pixels: () => input().autoOrient() };
}

/** The header of an image file: format and upright size. @throws LtadError `LTAD_IMAGE` */
export async function readImageHeader(source: string | Uint8Array, options: ImageOptions = {}): Promise<ImageHeader> {
  return (await openImage(source, options)).header;
}

async function readHeader(
  input: Sharp,
  format: ImageFormat,
  name: string,
  maxPixels: number,
): Promise<Pick<OpenImage, "header" | "isPlain">> {
  const meta = await input.metadata().catch((error: unknown) => {
    throw damaged(name, format, maxPixels, error);
  });
  if (meta.width * meta.height > maxPixels) throw tooLarge(name, `${meta.width}x${meta.height} pixels`, maxPixels);
  if (meta.depth !== "uchar" && meta.depth !== "ushort") {
    throw imageError(
      name,
      `its samples are of type ${meta.depth}`,
      "Only 8 and 16 bit unsigned samples have a defined brightness; scale and save it as 8 or 16 bit.",
    );
  }
  const { width, height } = meta.autoOrient;
  const header: ImageHeader = { format, width, height, depth: meta.depth === "ushort" ? 16 : 8, hasAlpha: meta.hasAlpha ?? false };
  const isPlain = header.depth === 8 && meta.space === "srgb" && meta.channels === 3 && (meta.orientation ?? 1) === 1;
  return { header, isPlain };
}

/** What a failure of the decoder means to the user. */
export function damaged(name: string, format: ImageFormat, maxPixels: number, error: unknown): Error {
  const why = error instanceof Error ? error.message.split("\n")[0]! : String(error);
  if (/pixel limit/i.test(why)) return tooLarge(name, "more pixels than the limit", maxPixels, error);
  return imageError(
    name,
    `this ${format.toUpperCase()} is damaged or ends early (${why})`,
    "Export or copy it again, or remove it.",
    error,
  );
}

function tooLarge(name: string, found: string, maxPixels: number, cause?: unknown): Error {
  return imageError(name, `it has ${found}; at most ${maxPixels} are read`, "Scale the image down or raise maxPixels.", cause);
}

function checkBytes(bytes: Uint8Array, name: string, maxBytes: number): Uint8Array {
  if (bytes.length <= maxBytes) return bytes;
  throw imageError(name, `it has ${bytes.length} bytes; at most ${maxBytes} are read`, "Save it smaller or raise maxBytes.");
}

async function readBytes(path: string, name: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const file = await open(path, "r");
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw imageError(name, `this is ${stat.isDirectory() ? "a folder" : "no regular file"}`, "Name an image file.");
      if (stat.size > maxBytes)
        throw imageError(name, `it has ${stat.size} bytes; at most ${maxBytes} are read`, "Save it smaller or raise maxBytes.");
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw readFailure(name, error);
  }
}

function readFailure(name: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code.startsWith("LTAD_")) return error;
  if (code === "ENOENT" || code === "ENOTDIR") return imageError(name, "there is no such file", "Check the path.", error);
  if (code === "EACCES" || code === "EPERM") return imageError(name, "it may not be read", "Change its permissions.", error);
  return imageError(name, `it cannot be read (${code || String(error)})`, "Check the disk and the path.", error);
}
