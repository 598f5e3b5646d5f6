import { type JobOptions, LtadError, throwIfAborted } from "@ltad/core";
import { type ClassData, type ImageHeader, isGood, maskRemarks, pixelTestItems, readImageHeader, resize, type TestItem } from "@ltad/data";
import { type ExactPixels, exactPixels, type ImageScores, imageScores } from "@ltad/metrics";
import { readItemMask } from "../read-item-mask.js";
import { findMap } from "./find-map.js";
import { mapScales } from "./map-scales.js";
import { readMapFile } from "./read-map-file.js";
import type { StoredMap } from "./read-npy.js";

/** The maps of one class. */
export interface ClassMaps {
  /** The image scores, which are the largest values of the maps. */
  readonly scores: ImageScores;
  readonly pixels: ExactPixels;
  /** Sentences about unusual maps and masks. */
  readonly warnings: readonly string[];
}

/**
 * Reads the anomaly map of every test image of a class, `MAPS/CLASS/test/DEFECT/NAME` with .npy, .tiff, .tif or .png (one channel, all on the same
 * scale), and resizes it bilinearly to the size of its image, at which it is compared with the mask.
 * @throws LtadError `LTAD_DATA` that names an image without a map, a map with its sides swapped, or one that holds NaN; errors of a bad
 *   map, image or mask
 */
export async function readMaps(folder: string, data: ClassData, { signal, onProgress }: JobOptions): Promise<ClassMaps> {
  const [scores, pixels, usable] = [imageScores(), exactPixels(), new Set(pixelTestItems(data))];
  const [scales, remarks] = [mapScales(data.name), maskRemarks(data.name)];
  for (const [i, item] of data.test.entries()) {
    throwIfAborted(signal);
    const [file] = await findMap(folder, item);
    const { stored, size } = await readMap(file, item);
    scores.add({ score: scales.add(stored.data), anomaly: !isGood(item), name: item.id });
    if (usable.has(item)) {
      const mask = await readItemMask(item, remarks);
      pixels.add({ map: atSizeOf(size, stored), mask: mask?.data ?? null, width: size.width, name: item.id });
    }
    onProgress?.({ phase: `maps of ${data.name}`, done: i + 1, total: data.test.length, unit: "images" });
  }
  return { scores, pixels, warnings: [...scales.warnings(), ...remarks.warnings()] };
}

/**
 * Reads the map of an image, and the size of the image.
 * @throws LtadError for a map that cannot be read, has its sides swapped, or holds NaN or infinity
 */
export async function readMap(file: string, item: TestItem): Promise<{ readonly stored: StoredMap; readonly size: ImageHeader }> {
  const [stored, size] = [await readMapFile(file), await readImageHeader(item.file)];
  checkSides(file, stored, size, item);
  const odd = stored.data.find((value) => Number.isNaN(value) || value === Infinity);
  if (odd === undefined) return { stored, size };
  throw new LtadError("LTAD_DATA", `${file}: this map holds ${odd}; its values must be finite numbers.`, {
    details: { file, image: item.id },
  });
}

function atSizeOf(size: ImageHeader, { width, height, data }: StoredMap): Float32Array {
  return size.width === width && size.height === height ? data : resize(data, [height, width, 1], [size.height, size.width]);
}

/** A map may be smaller than its image, and square. A map with the sides of its image exchanged was written incorrectly. */
function checkSides(file: string, map: StoredMap, image: ImageHeader, { id }: TestItem): void {
  const isNear = (a: number, b: number) => Math.abs(a / b - 1) < 0.02;
  const [ofMap, ofImage] = [map.width / map.height, image.width / image.height];
  if (isNear(ofMap, 1) || isNear(ofMap, ofImage) || !isNear(ofMap, 1 / ofImage)) return;
  const why =
    image.orientation >= 5 ? `The image is shown turned (EXIF orientation ${image.orientation}); its map must be turned as well.` : "";
  const message =
    `${file}: the sides of this map are swapped: it is ${map.width}x${map.height} (width x height), and ${id} is ${image.width}x${image.height}. ` +
    (why || "Save the array as [height, width].");
  throw new LtadError("LTAD_DATA", message, { details: { file, image: id } });
}
