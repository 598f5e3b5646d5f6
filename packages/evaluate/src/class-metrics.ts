import { type ClassData, isGood, maskRemarks, pixelTestItems } from "@ltad/data";
import { judgedPixels, upsampleBilinear } from "@ltad/detector";
import { plural } from "@ltad/core/format";
import { type ExactPixels, exactPixels, type ImageScores, imageScores } from "@ltad/metrics";
import { maskAtSize } from "./mask-at-size.js";
import { readItemMask } from "./read-item-mask.js";
import type { TestedImage } from "./tested-image.js";

/** Where maps and masks meet. */
export interface EvaluationSize {
  /** Tokens a side of the maps. */
  readonly grid: number;
  /** Side in pixels that maps and masks are brought to. */
  readonly inputSize: number;
  /** Places of the maps that are judged, as model.json has them; all by default. */
  readonly judged?: string | undefined;
  /** Largest image, in pixels; 100 million by default. */
  readonly maxPixels?: number | undefined;
}

/** The image scores of one class. */
export function scoresOf(images: readonly TestedImage[]): ImageScores {
  return imageScores(images.map(({ item, score }) => ({ score, anomaly: !isGood(item), name: item.id })));
}

/** The pixels of a class, and what is odd about its masks, in words. */
export interface ClassPixels {
  readonly pixels: ExactPixels;
  readonly warnings: readonly string[];
}

/** Pixels of large inputs, which are tiled, are compared at this size: all pixels of a class are in memory. */
const largestSide = 1024;

/**
 * All pixels of one class: maps enlarged bilinearly, masks by the nearest pixel, both to the model's input size, 1024 pixels at most.
 * Defective images without a mask are left out, and so are pixels that the class does not judge.
 */
export async function pixelsOf(
  data: ClassData,
  images: readonly TestedImage[],
  { grid, inputSize, judged, maxPixels }: EvaluationSize,
): Promise<ClassPixels> {
  const usable = new Set(pixelTestItems(data));
  const side = Math.min(inputSize, largestSide);
  const [pixels, remarks] = [exactPixels(), maskRemarks(data.name)];
  const include = judgedPixels({ grid, judged }, { width: side, height: side });
  const outside: string[] = [];
  for (const { item, map } of images) {
    if (!usable.has(item)) continue;
    const stored = await readItemMask(item, remarks, maxPixels === undefined ? {} : { maxPixels });
    const mask = stored && maskAtSize(stored, side);
    if (mask && mask.kept > 0) remarks.addTiny(item.id, mask.kept);
    if (include && mask?.data.includes(1) && !mask.data.some((value, pixel) => value === 1 && include[pixel] === 1)) outside.push(item.id);
    pixels.add({
      map: upsampleBilinear({ data: map, width: grid, height: grid }, { width: side, height: side }),
      mask: mask?.data ?? null,
      ...(include && { include }),
      width: side,
      name: item.id,
    });
  }
  const unseen = `${data.name}: ${plural(outside.length, "defect")} outside the include mask (${outside.slice(0, 3).join(", ")}${outside.length > 3 ? ", ..." : ""}); the model ignores this part of the image.`;
  return { pixels, warnings: [...remarks.warnings(), ...(outside.length > 0 ? [unseen] : [])] };
}
