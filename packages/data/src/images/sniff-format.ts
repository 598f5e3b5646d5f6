/** Formats that are read. */
export type ImageFormat = "png" | "jpeg" | "webp" | "tiff" | "gif" | "bmp" | "pnm";

/** What the first bytes of a file say: a format that is read, or the name of what was found instead. */
export type Sniffed = { readonly format: ImageFormat } | { readonly format: null; readonly found: string; readonly isPicture: boolean };

const latin1 = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));

const rasters: readonly (readonly [ImageFormat, (head: string) => boolean])[] = [
  ["png", (head) => head.startsWith("\x89PNG\r\n\x1a\n")],
  ["jpeg", (head) => head.startsWith("\xff\xd8\xff")],
  ["webp", (head) => head.startsWith("RIFF") && head.slice(8, 12) === "WEBP"],
  ["tiff", (head) => /^(II[*+]\0|MM\0[*+])/.test(head)],
  ["gif", (head) => /^GIF8[79]a/.test(head)],
  ["bmp", (head) => head.startsWith("BM") && head.slice(6, 10) === "\0\0\0\0"],
  ["pnm", (head) => /^P[1-6][\s#]/.test(head)],
];

type Kinds = readonly (readonly [string, (head: string) => boolean])[];

const pictures: Kinds = [
  ["a HEIC image, as phones save photos", (head) => /^ftyp(hei|hev|mif1|msf1)/.test(head.slice(4))],
  ["an AVIF image", (head) => head.startsWith("ftypavi", 4)],
  ["a HEIC, AVIF or video file", (head) => head.slice(4, 8) === "ftyp"],
  ["a JPEG XL image", (head) => head.startsWith("\xff\x0a") || head.slice(4, 8) === "JXL "],
  ["a JPEG 2000 image", (head) => head.slice(4, 8) === "jP  "],
  ["a PDF document", (head) => head.startsWith("%PDF")],
  ["an SVG drawing", (head) => /<svg[\s>]/i.test(head) || /<!DOCTYPE svg/i.test(head)],
];

const others: Kinds = [
  ["a ZIP archive", (head) => head.startsWith("PK\x03\x04")],
  ["a Git LFS pointer file; the image itself was not fetched (git lfs pull)", (head) => head.startsWith("version https://git-lfs")],
  ["a web page", (head) => /<!doctype html|<html/i.test(head)],
  ["an XML document", (head) => /^(\xef\xbb\xbf)?\s*<\?xml/.test(head)],
];

/** Recognises a format by its content; names and extensions are ignored. */
export function sniffFormat(bytes: Uint8Array): Sniffed {
  const head = latin1(bytes, 0, 1024);
  const raster = rasters.find(([, is]) => is(head));
  if (raster) return { format: raster[0] };
  const picture = pictures.find(([, is]) => is(head));
  if (picture) return { format: null, found: picture[0], isPicture: true };
  const other = others.find(([, is]) => is(head));
  return { format: null, found: other?.[0] ?? plainContent(bytes, head), isPicture: false };
}

function plainContent(bytes: Uint8Array, head: string): string {
  if (bytes.length === 0) return "an empty file";
  if (/^[\t\n\r\x20-\x7e]*$/.test(head)) return "a text file";
  return "not a known image format";
}
