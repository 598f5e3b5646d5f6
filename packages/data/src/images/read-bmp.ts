import { type CheckSize, PixelFault, type PlainPixels } from "./plain-pixels.js";

/** What the header of a BMP says. */
interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Rows from above; a BMP has them from below unless its height is negative. */
  readonly isTopDown: boolean;
  readonly bits: number;
  readonly pixelsAt: number;
  /** RGB of each entry, [colours, 3]; empty without a palette. */
  readonly palette: Uint8Array;
  /** Bits of red, green and blue in a pixel of 16 or 32 bits. */
  readonly masks: readonly [number, number, number];
}

/**
 * Reads a BMP without compression: 1, 4 or 8 bits with a palette, 16, 24 or 32 bits. A fourth channel is dropped.
 * @throws PixelFault
 * @see https://learn.microsoft.com/windows/win32/gdi/bitmap-storage
 */
export function readBmp(bytes: Uint8Array, checkSize: CheckSize): PlainPixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = readHeader(view);
  const { width, height, bits, pixelsAt, isTopDown } = header;
  checkSize(width, height);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (pixelsAt + stride * height > bytes.length) throw new PixelFault("is damaged or truncated (its pixels end early)");
  const data = new Uint8Array(width * height * 3);
  const read = pixelReader(view, header);
  for (let y = 0; y < height; y++) {
    const from = pixelsAt + stride * (isTopDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) read(from, x, data, (y * width + x) * 3);
  }
  return { width, height, channels: 3, data };
}

function readHeader(view: DataView): BmpHeader {
  if (view.byteLength < 54) throw new PixelFault("is damaged or truncated (its header ends early)");
  const size = view.getUint32(14, true);
  const old = size === 12;
  if (!old && (size < 40 || 14 + size > view.byteLength)) throw new PixelFault(`has an unknown header of ${size} bytes`);
  const [width, rows] = old ? [view.getUint16(18, true), view.getUint16(20, true)] : [view.getInt32(18, true), view.getInt32(22, true)];
  const [bits, compression] = [view.getUint16(old ? 24 : 28, true), old ? 0 : view.getUint32(30, true)];
  if (width <= 0 || rows === 0) throw new PixelFault(`is damaged (its size is ${width}x${rows})`);
  if (compression !== 0 && compression !== 3 && compression !== 6) throw new PixelFault("is compressed, which is not supported");
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new PixelFault(`has ${bits} bits per pixel`);
  const pixelsAt = view.getUint32(10, true);
  const masks = compression === 0 ? defaultMasks(bits) : masksAt(view, size);
  return { width, height: Math.abs(rows), isTopDown: rows < 0, bits, pixelsAt, masks, palette: paletteOf(view, { bits, size, pixelsAt }) };
}

function defaultMasks(bits: number): BmpHeader["masks"] {
  return bits === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0x00ff00, 0x0000ff];
}

/** Behind a header of 40 bytes, or within a longer one: the place is the same. */
function masksAt(view: DataView, size: number): BmpHeader["masks"] {
  if (size < 52 && view.byteLength < 66) throw new PixelFault("is damaged or truncated (its header ends early)");
  return [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)];
}

function paletteOf(view: DataView, { bits, size, pixelsAt }: { bits: number; size: number; pixelsAt: number }): Uint8Array {
  if (bits > 8) return new Uint8Array(0);
  const entry = size === 12 ? 3 : 4;
  const start = 14 + size;
  const stored = Math.floor((Math.min(pixelsAt, view.byteLength) - start) / entry);
  const colours = Math.min(2 ** bits, Math.max(0, stored));
  const palette = new Uint8Array(2 ** bits * 3);
  for (let i = 0; i < colours; i++) for (let c = 0; c < 3; c++) palette[i * 3 + c] = view.getUint8(start + i * entry + 2 - c); // blue comes first
  return palette;
}

/** Writes pixel x of the row at `from` as RGB. */
type ReadPixel = (from: number, x: number, to: Uint8Array, at: number) => void;

function pixelReader(view: DataView, { bits, palette, masks }: BmpHeader): ReadPixel {
  if (bits <= 8)
    return (from, x, to, at) => {
      const byte = view.getUint8(from + Math.floor((x * bits) / 8));
      const index = (byte >> (8 - bits - ((x * bits) % 8))) & (2 ** bits - 1);
      to.set(palette.subarray(index * 3, index * 3 + 3), at);
    };
  if (bits === 24)
    return (from, x, to, at) => {
      for (let c = 0; c < 3; c++) to[at + c] = view.getUint8(from + x * 3 + 2 - c);
    };
  const parts = masks.map((mask) => ({ mask, shift: mask === 0 ? 0 : Math.log2(mask & -mask), top: topOf(mask) }));
  return (from, x, to, at) => {
    const word = bits === 16 ? view.getUint16(from + x * 2, true) : view.getUint32(from + x * 4, true);
    for (let c = 0; c < 3; c++) {
      const { mask, shift, top } = parts[c]!;
      to[at + c] = Math.round((255 * ((word & mask) >>> shift)) / top);
    }
  };
}

/** The largest value under a mask. */
function topOf(mask: number): number {
  let rest = mask >>> 0;
  while (rest > 0 && rest % 2 === 0) rest /= 2;
  return Math.max(1, rest);
}
