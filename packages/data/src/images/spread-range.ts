import sharp, { type Sharp } from "sharp";

/** The ranges that cameras have: 8, 10, 12, 14 and 16 bits. */
export const ranges = [255, 1023, 4095, 16383, 65535] as const;
/** The whole range of 16 bits. */
export const wholeRange = 65535;

/** The smallest range of a camera that holds a value. */
export function rangeOf(largest: number): number {
  return ranges.find((top) => top >= largest) ?? wholeRange;
}

/**
 * The pixels of a 16-bit image in 8 bits, of which a range becomes the whole; larger values become white.
 * @param upright pixels of 16 bits
 * @returns RGB of 8 bits; null when the range is the whole one, which the caller decodes as ever
 */
export async function spreadRange(upright: Sharp, range: number | readonly number[]): Promise<Sharp | null> {
  const candidates = (typeof range === "number" ? [range] : [...range]).sort((a, b) => a - b);
  if (candidates.every((top) => top >= wholeRange)) return null;
  const { data, info } = await upright.removeAlpha().toColourspace("rgb16").raw({ depth: "ushort" }).toBuffer({ resolveWithObject: true });
  const samples = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  const top = candidates.length === 1 ? candidates[0]! : (candidates.find((one) => one >= largestOf(samples)) ?? candidates.at(-1)!);
  if (top >= wholeRange) return null;
  const bytes = new Uint8Array(samples.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.min(255, (samples[i]! * 256) / (top + 1)); // cut off, as 16 bits are by their high byte
  return sharp(bytes, { raw: { width: info.width, height: info.height, channels: 3 }, limitInputPixels: false });
}

function largestOf(samples: Uint16Array): number {
  let largest = 0;
  for (let i = 0; i < samples.length; i++) if (samples[i]! > largest) largest = samples[i]!;
  return largest;
}
