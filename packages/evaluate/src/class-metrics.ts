import { type ClassData, isGood, maskRemarks, pixelTestItems } from "@ltad/data";
import { judgedPixels, upsampleBilinear } from "@ltad/detector";
import { plural } from "@ltad/core/format";
import { type ExactPixels, exactPixels, type ImageScores, imageScores } from "@ltad/metrics";
import { maskAtSize } from "./mask-at-size.js";
import { readItemMask } from "./read-item-mask.js";
import type { TestedImage } from "./tested-image.js";

/** The size at which maps and masks are compared. */
export interface EvaluationSize {
  /** Tokens a side of the maps. */
  readonly grid: number;
  /** The side in pixels to which maps and masks are resized. */
  readonly inputSize: number;
  /** The positions of the maps that are judged, in the form of model.json; all by default. */
  readonly judged?: string | undefined;
  /** The most pixels that an image may have; 100 million by default. */
  readonly maxPixels?: number | undefined;
}

/** The image scores of one class. */
export function scoresOf(images: readonly TestedImage[]): ImageScores {
  return imageScores(images.map(({ item, score }) => ({ score, anomaly: !isGood(item), name: item.id })));
}

/** The pixels of a class, and remarks about its masks. */
export interface ClassPixels {
  readonly pixels: ExactPixels;
  readonly warnings: readonly string[];
}

/** Maps of larger inputs are compared at this size, because all pixels of a class are in memory. */
const largestSide = 1024;

/**
 * Collects all pixels of one class. Maps are enlarged bilinearly, and masks by the nearest pixel, to the input size of the model, at most 1024 pixels.
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
