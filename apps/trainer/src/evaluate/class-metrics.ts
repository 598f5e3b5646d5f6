import { type ClassData, isGood, loadMask, pixelTestItems, readImageHeader, resizeMask } from "@ltad/data";
import { upsampleBilinear } from "@ltad/detector";
import { auroc, type Measure, measure, pixelAuroc } from "@ltad/metrics";
import type { TestedImage } from "./evaluate-model.js";

/** Where maps and masks meet. */
export interface EvaluationSize {
  /** Tokens a side of the maps. */
  readonly grid: number;
  /** Side in pixels that maps and masks are brought to. */
  readonly inputSize: number;
}

/** Area under the ROC curve of the image scores of one class. */
export function imageMeasure(images: readonly TestedImage[]): Measure {
  const [scores, labels, names] = [
    images.map(({ score }) => score),
    images.map(({ item }) => !isGood(item)),
    images.map(({ item }) => item.id),
  ];
  return measure(() => auroc(scores, labels, names));
}

/**
 * Area under the ROC curve of all pixels of one class: maps enlarged bilinearly, masks by the nearest pixel, both to the model's input size.
 * Defective images without a mask are left out.
 */
export async function pixelMeasure(data: ClassData, images: readonly TestedImage[], { grid, inputSize }: EvaluationSize): Promise<Measure> {
  const usable = new Set(pixelTestItems(data));
  const pixels = pixelAuroc();
  for (const { item, map } of images) {
    if (!usable.has(item)) continue;
    const truth = item.mask === undefined ? null : await maskAt(item.mask, item.file, inputSize);
    pixels.add(upsampleBilinear(map, grid, grid, inputSize, inputSize), truth, item.id);
  }
  return measure(() => pixels.result());
}

async function maskAt(mask: string, image: string, size: number): Promise<Uint8Array> {
  const { width, height, data } = await loadMask(mask, { ...(await readImageHeader(image)), image });
  return resizeMask(data, width, height, size);
}
