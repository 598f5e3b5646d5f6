import type { Manifest } from "./manifest.js";
import type { Size } from "./upsample.js";

/** The grid of a model, and which of its positions a class judges, row by row. */
export interface JudgedPlaces {
  readonly grid: number;
  /** "1" for judged, "0" for ignored; undefined if all are judged. */
  readonly judged: string | undefined;
}

/** The positions that a class of a model judges. */
export function judgedOf({ classes, features }: Pick<Manifest, "classes" | "features">, label: number): JudgedPlaces {
  return { grid: features.grid, judged: classes[label]?.judged };
}

/**
 * Which pixels of an image are judged: each belongs to the position of the grid that contains it.
 * @returns [H*W], 1 for judged and 0 for ignored; null if all are judged
 */
export function judgedPixels({ grid, judged }: JudgedPlaces, { width, height }: Size): Uint8Array | null {
  if (judged === undefined) return null;
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * grid) / height) * grid;
    for (let x = 0; x < width; x++) out[y * width + x] = judged.charCodeAt(row + Math.floor(((x + 0.5) * grid) / width)) - zero;
  }
  return out;
}

const zero = "0".charCodeAt(0);

/** Sets a map to 0, in place, where it is not judged, because enlarging has mixed neighbouring positions into these pixels. */
export function withoutIgnored(map: Float32Array, places: JudgedPlaces, size: Size): Float32Array {
  judgedPixels(places, size)?.forEach((isJudged, pixel) => {
    if (isJudged === 0) map[pixel] = 0;
  });
  return map;
}
