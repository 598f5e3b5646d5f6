import { LtadError } from "@ltad/core";
import type { DecodedImage } from "@ltad/data";
import sharp from "sharp";
import { type DisplayRange, extent, heatMap } from "./heat-map.js";

/**
 * Draws an image with its anomaly map over it.
 * @param map [H*W], of the same size as the image
 * @param options `low` and `high`, see {@link displayRange}; `opacity` of the strongest values, 0..1, 0.75 by default
 * @returns the bytes of a PNG
 */
export async function overlay(
  image: DecodedImage,
  map: Float32Array,
  options: DisplayRange & { readonly opacity?: number },
): Promise<Buffer> {
  const { width, height, data } = image;
  if (map.length !== width * height || data.length !== 3 * map.length) {
    throw new LtadError(
      "LTAD_SHAPE",
      `overlay: expected an RGB image and a map of ${width} x ${height}, received ${data.length} bytes and ${map.length} values.`,
    );
  }
  const blended = blend(data, heatMap(map, options, options.opacity));
  return sharp(blended, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 6 })
    .toBuffer();
}

/** Blends RGBA pixels over RGB pixels. */
function blend(below: Uint8Array, above: Uint8ClampedArray): Uint8Array {
  const out = new Uint8Array(below.length);
  for (let i = 0, j = 0; i < below.length; i += 3, j += 4) {
    const alpha = above[j + 3]! / 255;
    for (let k = 0; k < 3; k++) {
      const base = below[i + k]!;
      out[i + k] = Math.round(base + (above[j + k]! - base) * alpha);
    }
  }
  return out;
}

/** A map as a picture. The values can be read back: value = low + (high - low) * grey / 65535. */
export interface MapPng extends DisplayRange {
  readonly png: Buffer;
}

/**
 * Encodes a map as a 16-bit grey PNG. Its range covers both `display` and the map's own extent, so nothing is cut off, and pictures of one detector
 * share their scale as long as their maps stay within `display`.
 */
export async function mapPng16(map: Float32Array, width: number, height: number, display?: DisplayRange): Promise<MapPng> {
  const own = extent(map);
  const low = Math.min(own.low, display?.low ?? own.low);
  const high = Math.max(own.high, display?.high ?? own.high);
  const scale = high > low ? 65535 / (high - low) : 0;
  const grey = Uint16Array.from(map, (value) => Math.min(Math.max(Math.round((value - low) * scale), 0), 65535));
  const png = await sharp(grey, { raw: { width, height, channels: 1 } })
    .toColourspace("grey16")
    .png()
    .toBuffer();
  return { png, low, high };
}
