import { LtadError } from "@ltad/core/browser";
import { anything, bytes, check, fields, floatData, having, optional, type Rule, string } from "@ltad/core/check";
import type { Ranking } from "../ranking/ranking.js";
import { floatKeys } from "./float-keys.js";
import { labelRegions } from "./regions.js";

/** The anomaly map of one image and its ground truth. Images may have different sizes. */
export interface PixelImage {
  /** [height * width] anomaly scores, finite; compared as float32. */
  readonly map: Float32Array;
  /** [height * width], non-zero marks a defect; null for a good image, whose pixels all count as good. */
  readonly mask: Uint8Array | null;
  /** [height * width], 0 for a pixel that counts neither as good nor as a defect; all pixels count by default. */
  readonly include?: Uint8Array | undefined;
  /** How many pixels a row has; connected regions need it. */
  readonly width: number;
  /** What messages call the image. */
  readonly name?: string;
}

/** How much has been added. */
export interface PixelCounts {
  readonly images: number;
  /** Images with a defect pixel. */
  readonly defectImages: number;
  readonly regions: number;
  readonly defectPixels: number;
  readonly goodPixels: number;
}

/** Collects images one at a time. Accumulators can be merged and stored. */
export interface PixelAccumulator {
  /**
   * Adds an image. An image that is refused is left out completely.
   * @throws LtadError `LTAD_SHAPE` when map, mask and width do not fit together, `LTAD_DATA` for a score that is not finite
   */
  add(image: PixelImage): void;
  readonly counts: PixelCounts;
  /** The pixels sorted, for every metric of pixels. More images can be added afterwards. */
  ranking(): Ranking;
  /** The state as a safetensors file. */
  toBytes(): Uint8Array;
}

/** The stored form of one image: the keys of its good and of its defect pixels. */
export interface SplitImage {
  readonly name: string;
  readonly good: Uint32Array;
  readonly defect: Uint32Array;
  /** Index of each defect pixel's region within the image. */
  readonly region: Uint32Array;
  /** Pixels of each region. */
  readonly sizes: readonly number[];
}

/** Accepts a {@link SplitImage}. */
export const splitRule = having("an image as an accumulator keeps it", "good", "defect", "region", "sizes");

const maskRule: Rule = (value, path) => (value === null ? undefined : bytes(value, `${path} (null for a good image)`));

/** The map must be a Float32Array, because another type would be read as other numbers. */
const pixelRule = fields({ map: floatData(), mask: maskRule, include: optional(bytes), width: anything, name: optional(string) });

/** Checks an image and separates its good pixels from its defect pixels. */
export function splitImage(image: PixelImage, index: number): SplitImage {
  const called = (typeof image?.name === "string" && image.name) || `image ${index}`;
  check(called, { image }, { image: pixelRule });
  const { map, include, width } = image;
  const mask = image.mask && include ? both(image.mask, include) : image.mask;
  checkSizes(map, image.mask, width, called);
  if (include) checkSizes(map, include, width, called);
  const { keys: all, bad } = floatKeys(map);
  if (bad >= 0) throw badScore(called, bad, width, map[bad]);
  const keys = include ? all.filter((_, pixel) => include[pixel] !== 0) : all;
  const none = { name: called, good: keys, defect: new Uint32Array(0), region: new Uint32Array(0), sizes: [] };
  if (mask === null) return none;
  const { labels, sizes } = labelRegions(mask, width);
  const count = sizes.reduce((sum, size) => sum + size, 0);
  if (count === 0) return none;
  const [good, defect, region] = [new Uint32Array(keys.length - count), new Uint32Array(count), new Uint32Array(count)];
  for (let i = 0, g = 0, d = 0; i < all.length; i++) {
    const label = labels[i]!;
    if (label > 0) {
      region[d] = label - 1;
      defect[d++] = all[i]!;
    } else if (!include || include[i] !== 0) good[g++] = all[i]!;
  }
  return { name: called, good, defect, region, sizes };
}

/** The mask without the pixels that do not count. A mask of another size is returned as it is, for the check of sizes. */
function both(mask: Uint8Array, include: Uint8Array): Uint8Array {
  return mask.length === include.length ? mask.map((value, pixel) => (include[pixel] === 0 ? 0 : value)) : mask;
}

function checkSizes(map: Float32Array, mask: Uint8Array | null, width: number, name: string): void {
  if (mask !== null && mask.length !== map.length) {
    const message = `${name}: the map has ${map.length} pixels and the mask ${mask.length}; scale one to the other's size.`;
    throw new LtadError("LTAD_SHAPE", message, { details: { image: name } });
  }
  if (Number.isSafeInteger(width) && width >= 1 && map.length % width === 0) return;
  const message = `${name}: the map has ${map.length} pixels, which is not a whole number of rows of ${width}.`;
  throw new LtadError("LTAD_SHAPE", message, { details: { image: name } });
}

function badScore(name: string, pixel: number, width: number, score: unknown): LtadError {
  const place = `(${pixel % width}, ${Math.floor(pixel / width)})`;
  const message = `${name}: the score of pixel ${place} is ${String(score)}; scores must be finite numbers.`;
  return new LtadError("LTAD_DATA", message, { details: { image: name, pixel } });
}
