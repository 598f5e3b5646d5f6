import { type CheckSize, PixelFault, type PlainPixels } from "./plain-pixels.js";

/**
 * Reads a PGM, PPM or PBM, binary or as text (P1 to P6). Its header names the largest value, so 12 bits in 16 are spread over the whole range.
 * @throws PixelFault
 * @see https://netpbm.sourceforge.net/doc/pgm.html
 */
export function readPnm(bytes: Uint8Array, checkSize: CheckSize): PlainPixels {
  const kind = bytes[1]! - 0x30; // '1' to '6'
  const [isBits, isText] = [kind === 1 || kind === 4, kind <= 3];
  const words = headerWords(bytes, isBits ? 2 : 3);
  const [width = 0, height = 0, top = 1] = words.values;
  if (width < 1 || height < 1) throw new PixelFault(`is damaged (its size is ${width}x${height})`);
  if (top < 1 || top > 65535) throw new PixelFault(`is damaged (its largest value is ${top}; expected 1 to 65535)`);
  checkSize(width, height);
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  const count = width * height * channels;
  const samples = isText ? textSamples(bytes, words.end, count, isBits) : isBits ? bitSamples(bytes, words.end, width, height) : undefined;
  const read = samples ?? binarySamples(bytes, words.end, count, top);
  const full = top > 255 ? 65535 : 255;
  const data = top > 255 ? new Uint16Array(count) : new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const value = Math.min(read(i), top);
    data[i] = Math.round((full * (isBits ? 1 - value : value)) / top); // in a PBM, 1 is black
  }
  return { width, height, channels, data };
}

type Samples = (index: number) => number;

/** The numbers of the header, behind its two letters and between comments; a single space ends the last. */
function headerWords(bytes: Uint8Array, count: number): { values: number[]; end: number } {
  const values: number[] = [];
  let at = 2;
  while (values.length < count) {
    const start = skipSpace(bytes, at);
    at = start;
    while (isDigit(bytes[at])) at++;
    if (at === start || at - start > 9) throw new PixelFault("is damaged or truncated (its header has no size)");
    values.push(Number(String.fromCharCode(...bytes.subarray(start, at))));
  }
  return { values, end: at + 1 };
}

/** Over white space, and comments from # to the end of the line. */
function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  for (; at < bytes.length; at++) {
    if (bytes[at] === 0x23) while (at < bytes.length && bytes[at] !== 0x0a) at++;
    else if (!isSpace(bytes[at])) break;
  }
  return at;
}

function binarySamples(bytes: Uint8Array, from: number, count: number, top: number): Samples {
  const wide = top > 255;
  if (from + count * (wide ? 2 : 1) > bytes.length) throw new PixelFault("is damaged or truncated (its pixels end early)");
  return wide ? (i) => bytes[from + 2 * i]! * 256 + bytes[from + 2 * i + 1]! : (i) => bytes[from + i]!;
}

/** Rows of bits, each filled up to a whole byte. */
function bitSamples(bytes: Uint8Array, from: number, width: number, height: number): Samples {
  const stride = Math.ceil(width / 8);
  if (from + stride * height > bytes.length) throw new PixelFault("is damaged or truncated (its pixels end early)");
  return (i) => {
    const x = i % width;
    return (bytes[from + Math.floor(i / width) * stride + (x >> 3)]! >> (7 - (x % 8))) & 1;
  };
}

function textSamples(bytes: Uint8Array, from: number, count: number, isBits: boolean): Samples {
  const values = new Uint32Array(count);
  let at = from - 1;
  for (let i = 0; i < count; i++) {
    at = skipSpace(bytes, at);
    const start = at;
    const most = isBits ? start + 1 : bytes.length; // the bits of a PBM may touch
    while (at < most && isDigit(bytes[at])) at++;
    if (at === start || at - start > 5) throw new PixelFault("is damaged or truncated (its pixels end early)");
    for (let digit = start; digit < at; digit++) values[i] = values[i]! * 10 + bytes[digit]! - 0x30;
  }
  return (i) => values[i]!;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isSpace(byte: number | undefined): boolean {
  return byte !== undefined && (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}
