import { inferno } from "./inferno.js";

/** The map values at which the colours begin and end; see `display` of the manifest. */
export interface DisplayRange {
  readonly low: number;
  readonly high: number;
}

/**
 * The range in which a map is shown. The range of the bundle comes from training images and makes pictures comparable.
 * Without it the map's own range is used, in which even a good image has a brightest position.
 */
export function displayRange(map: Float32Array, display: DisplayRange | undefined): DisplayRange {
  if (display) return display;
  const { low, high } = extent(map);
  return { low, high: high > low ? high : low + 1 };
}

/** The smallest and the largest finite value of a map; 0 and 0 if there is none. */
export function extent(map: Float32Array): DisplayRange {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of map) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? { low, high } : { low: 0, high: 0 };
}

/**
 * Colours a map with inferno without its ends. The opacity rises with the value, so that normal areas stay clear.
 * Colours follow the square root of the value, because maps are squared distances, of which only the worst position would be visible.
 * @param map [H*W]; NaN counts as `low`
 * @param opacity of the strongest values, 0..1; 0.75 by default
 * @returns RGBA, [H*W*4], 0..255, not premultiplied
 */
export function heatMap(map: Float32Array, { low, high }: DisplayRange, opacity = 0.75): Uint8ClampedArray {
  const shades = palette(opacity);
  const out = new Uint8ClampedArray(map.length * 4);
  const view = new Uint32Array(out.buffer);
  for (let i = 0; i < map.length; i++) {
    const share = (map[i]! - low) / (high - low);
    view[i] = shades[share > 0 ? Math.round(255 * Math.sqrt(Math.min(share, 1))) : 0]!;
  }
  return out;
}

/**
 * The RGBA words of 256 levels. The colours are the part of inferno from violet (64) to yellow (232), because black would look like a shadow,
 * and white would not be visible on white products. The opacity is a smooth step.
 */
function palette(opacity: number): Uint32Array {
  const bytes = new Uint8ClampedArray(256 * 4);
  for (let level = 0; level < 256; level++) {
    const colour = 3 * Math.round(64 + (level * 168) / 255);
    const t = level / 255;
    const alpha = Math.min(1, 1.25 * t * t * (3 - 2 * t)) * opacity;
    bytes.set([...inferno.subarray(colour, colour + 3), 255 * alpha], level * 4);
  }
  return new Uint32Array(bytes.buffer);
}
