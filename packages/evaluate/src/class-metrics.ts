import { type ClassData, isGood, loadMask, pixelTestItems, readImageHeader, resizeMask } from "@ltad/data";
import { upsampleBilinear } from "@ltad/detector";
import { type ExactPixels, exactPixels, type ImageScores, imageScores } from "@ltad/metrics";
import type { TestedImage } from "./tested-image.js";

/** Where maps and masks meet. */
export interface EvaluationSize {
  /** Tokens a side of the maps. */
  readonly grid: number;
  /** Side in pixels that maps and masks are brought to. */
  readonly inputSize: number;
}

/** The image scores of one class. */
export function scoresOf(images: readonly TestedImage[]): ImageScores {
  return imageScores(images.map(({ item, score }) => ({ score, anomaly: !isGood(item), name: item.id })));
}

/** Pixels of large inputs, which are tiled, are compared at this size: all pixels of a class are in memory. */
const largestSide = 1024;

/**
 * All pixels of one class: maps enlarged bilinearly, masks by the nearest pixel, both to the model's input size, 1024 pixels at most.
 * Defective images without a mask are left out.
 */
export async function pixelsOf(data: ClassData, images: readonly TestedImage[], { grid, inputSize }: EvaluationSize): Promise<ExactPixels> {
  const usable = new Set(pixelTestItems(data));
  const pixels = exactPixels();
  const side = Math.min(inputSize, largestSide);
  for (const { item, map } of images) {
    if (!usable.has(item)) continue;
    const mask = item.mask === undefined ? null : await maskAt(item.mask, item.file, side);
    pixels.add({
      map: upsampleBilinear({ data: map, width: grid, height: grid }, { width: side, height: side }),
      mask,
      width: side,
      name: item.id,
    });
  }
  return pixels;
}

async function maskAt(mask: string | readonly string[], image: string, size: number): Promise<Uint8Array> {
  const { width, height, data } = await loadMask(mask, { ...(await readImageHeader(image)), image });
  return resizeMask(data, width, height, size);
}
