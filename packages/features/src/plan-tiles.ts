import { LtadError } from "@ltad/core";
import type { Tiles } from "@ltad/feature-store";
import type { FeatureSpec } from "./feature-spec.js";

/** The most tiles along an axis; an image with so many takes 256 times as long as one tile. */
const mostTiles = 16;

/**
 * The fewest tiles that cover an image and overlap by about a quarter of their side. They begin at multiples of every stride, so that positions of
 * maps cover the same pixels in every tile.
 * @param size the side of the image in pixels
 * @param tile the side of a tile in pixels
 * @param strides of the grid and of the stages
 * @throws LtadError `LTAD_CONFIG` for sides that are not multiples of the strides, or too many tiles
 */
export function planTiles(size: number, tile: number, strides: readonly number[]): Tiles {
  const step = strides.reduce(leastCommonMultiple);
  checkSide("features.tile", tile, step, 2 * step);
  checkSide("features.inputSize", size, step, tile);
  const overlap = Math.max(1, Math.round(tile / 4 / step)) * step;
  const count = Math.ceil((size - overlap) / (tile - overlap));
  if (count > mostTiles) {
    const largest = mostTiles * (tile - overlap) + overlap;
    throw new LtadError(
      "LTAD_CONFIG",
      `features.tile: ${count} x ${count} tiles of ${tile} pixels for images of ${size}, expected at most ${mostTiles} x ${mostTiles}. Use a larger tile, or a features.inputSize of at most ${largest}.`,
    );
  }
  const between = (size - tile) / step / (count - 1);
  return { size: tile, starts: Array.from({ length: count }, (_, k) => Math.round(k * between) * step) };
}

/** The layout of what the encoder's graph itself computes: that of one tile, or of the whole input. */
export function graphSpec(spec: FeatureSpec): FeatureSpec {
  if (!spec.tiles) return spec;
  const { tiles, ...whole } = spec;
  const grid = tiles.size / spec.gridStride;
  return { ...whole, inputSize: tiles.size, grid, tokens: grid ** 2 };
}

function checkSide(field: string, side: number, step: number, least: number): void {
  if (side % step === 0 && side >= least) return;
  const below = Math.max(Math.floor(side / step), Math.ceil(least / step)) * step;
  throw new LtadError(
    "LTAD_CONFIG",
    `${field}: with tiles, expected a multiple of ${step} pixels, ${least} or more, such as ${below} or ${below + step}, received ${side}.`,
  );
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
