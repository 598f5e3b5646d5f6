import type { PlainPixels } from "./plain-pixels.js";

const signature = 8;
const colours = { indexed: 3, greyAlpha: 4, rgbAlpha: 6 } as const;

/** Refuses an image that has too many pixels. */
export type CheckSize = (width: number, height: number) => void;

/**
 * Decodes a PNG of which a browser would lose information: the low bytes of 16 bits, or the colours under alpha, which a canvas multiplies with it.
 * @returns undefined for any other PNG
 */
export async function readPng(bytes: Uint8Array, checkSize: CheckSize): Promise<PlainPixels | undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33) throw new Error("its header ends early");
  checkSize(view.getUint32(16), view.getUint32(20));
  const [depth, colour] = [bytes[24]!, bytes[25]!];
  const hasAlpha = colour === colours.greyAlpha || colour === colours.rgbAlpha || hasTransparency(view);
  if (depth !== 16 && !hasAlpha) return undefined;
  const { convertIndexedToRgb, decode } = await import("fast-png");
  const png = decode(bytes, { checkCrc: true });
  const { width, height } = png;
  if (colour === colours.indexed) return { width, height, channels: 4, hasAlpha, data: convertIndexedToRgb(png) as Uint8Array };
  const data = png.depth < 8 ? new Uint8Array(png.data).map((value) => (value * 255) / (2 ** png.depth - 1)) : png.data;
  return { width, height, channels: png.channels, hasAlpha, data: data as Uint8Array | Uint16Array };
}

/** True if a chunk tRNS comes before the pixels. */
function hasTransparency(view: DataView): boolean {
  for (let at = signature; at + 8 <= view.byteLength; at += view.getUint32(at) + 12) {
    const name = view.getUint32(at + 4);
    if (name === 0x74524e53) return true; // tRNS
    if (name === 0x49444154) return false; // IDAT
  }
  return false;
}
