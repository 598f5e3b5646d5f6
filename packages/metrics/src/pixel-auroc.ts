import { LtadError } from "@ltad/core";
import { countWins } from "./count-wins.js";
import { firstNotFinite, floatKeys } from "./float-keys.js";
import { sortChunks } from "./sort-chunks.js";
import { missingSide, undefinedMetric } from "./undefined-metric.js";

/** Exact AUROC over all pixels of all images added so far. */
export interface PixelAuroc {
  /**
   * Adds one image; keeps 4 bytes a pixel.
   * @param map [n] anomaly scores, finite; compared as float32
   * @param mask [n] non-zero marks a defect; null for a good image
   * @param name what messages call the image
   * @throws LtadError `LTAD_SHAPE` when the lengths differ, `LTAD_DATA` for a score that is not finite; the image is then left out whole
   */
  add(map: Float32Array, mask: Uint8Array | null, name?: string): void;
  /** Number of images and pixels so far. */
  readonly counts: { readonly images: number; readonly defect: number; readonly good: number };
  /**
   * The area, 0..1, ties counted one half. Images can be added afterwards.
   * @throws LtadError `LTAD_UNDEFINED_METRIC` without a defect pixel or without a good one
   */
  result(): number;
}

/** An empty accumulator. */
export function pixelAuroc(): PixelAuroc {
  const defect: Uint32Array[] = [];
  const good: Uint32Array[] = [];
  let images = 0;
  return {
    add(map, mask, name = `image ${images}`) {
      check(map, mask, name);
      const sides = separate(floatKeys(map), mask);
      defect.push(sides.defect);
      good.push(sides.good);
      images++;
    },
    get counts() {
      return { images, defect: total(defect), good: total(good) };
    },
    result() {
      const [positives, negatives] = [total(defect), total(good)];
      const reason = missingSide(positives, negatives, "pixels");
      if (reason !== null) throw undefinedMetric("pixel auroc", reason);
      return countWins(sorted(defect), sorted(good)) / 2 / positives / negatives;
    },
  };
}

/** Sorts in place: the chunks become one sorted chunk. */
function sorted(chunks: Uint32Array[]): Uint32Array {
  const all = sortChunks(chunks);
  chunks.push(all);
  return all;
}

function total(chunks: readonly Uint32Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

function separate(keys: Uint32Array, mask: Uint8Array | null): { defect: Uint32Array; good: Uint32Array } {
  if (mask === null) return { defect: new Uint32Array(0), good: keys };
  let count = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) count++;
  const sides = { defect: new Uint32Array(count), good: new Uint32Array(keys.length - count) };
  for (let i = 0, d = 0, g = 0; i < keys.length; i++) {
    if (mask[i] === 0) sides.good[g++] = keys[i] as number;
    else sides.defect[d++] = keys[i] as number;
  }
  return sides;
}

function check(map: Float32Array, mask: Uint8Array | null, name: string): void {
  if (mask !== null && mask.length !== map.length) {
    throw new LtadError(
      "LTAD_SHAPE",
      `${name}: the map has ${map.length} pixels and the mask ${mask.length}; scale one to the other's size.`,
      {
        details: { image: name },
      },
    );
  }
  const bad = firstNotFinite(map);
  if (bad < 0) return;
  throw new LtadError("LTAD_DATA", `${name}: the score of pixel ${bad} is ${map[bad]}; scores must be finite numbers.`, {
    details: { image: name, pixel: bad },
  });
}
