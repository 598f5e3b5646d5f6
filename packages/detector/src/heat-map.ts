import { inferno } from "./inferno.js";

/** The map values where the colours begin and end; see `display` of the manifest. */
export interface DisplayRange {
  readonly low: number;
  readonly high: number;
}

/**
 * The range to show a map in: that of the bundle, which comes from training images and makes pictures comparable.
 * Without one it is the map's own, in which even a good image has a brightest place.
 */
export function displayRange(map: Float32Array, display: DisplayRange | undefined): DisplayRange {
  if (display) return display;
  const { low, high } = extent(map);
  return { low, high: high > low ? high : low + 1 };
}

/** Least and greatest finite value; 0 and 0 when there is none. */
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
 * A map in colours: inferno without its ends, with an opacity that rises with the value, so that normal areas stay clear.
 * Colours follow the root of the value, because maps are squared distances: in squares only the worst place would show.
 * @param map [H*W]; NaN counts as low
 * @param opacity of the strongest values, 0..1
 * @returns RGBA, [H*W*4]
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
 * 256 RGBA words for the levels. The colours are the part of inferno from violet (64) to yellow (232): black would look like
 * a shadow, and white would not show on white parts. The opacity is a smooth step.
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
