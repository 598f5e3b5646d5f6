import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { type JobOptions, LtadError, throwIfAborted } from "@ltad/core";
import { type ClassData, isGood, loadMask, pixelTestItems, readImageHeader, resize, type TestItem } from "@ltad/data";
import { type ExactPixels, exactPixels, type ImageScores, imageScores } from "@ltad/metrics";
import sharp from "sharp";
import { readNpy, type StoredMap } from "./read-npy.js";

/** What the maps of one class amount to. */
export interface ClassMaps {
  /** The largest value of each map. */
  readonly scores: ImageScores;
  readonly pixels: ExactPixels;
}

/**
 * Reads the anomaly map of every test image of a class, `MAPS/CLASS/test/DEFECT/NAME.npy` or `.png` (grey, 8 or 16 bit, all on one scale),
 * and brings it bilinearly to the size of its image, where the masks are.
 * @throws LtadError `LTAD_DATA` that names an image without a map, or a score that is not finite; errors of a bad map, image or mask
 */
export async function readMaps(folder: string, data: ClassData, { signal, onProgress }: JobOptions): Promise<ClassMaps> {
  const [scores, pixels, usable] = [imageScores(), exactPixels(), new Set(pixelTestItems(data))];
  for (const [i, item] of data.test.entries()) {
    throwIfAborted(signal);
    const stored = await readMap(mapFile(folder, item));
    scores.add({ score: largest(stored.data), anomaly: !isGood(item), name: item.id });
    if (usable.has(item)) await addPixels(pixels, item, stored);
    onProgress?.({ phase: `maps of ${data.name}`, done: i + 1, total: data.test.length, unit: "images" });
  }
  return { scores, pixels };
}

async function addPixels(pixels: ExactPixels, item: TestItem, { width, height, data }: StoredMap): Promise<void> {
  const size = await readImageHeader(item.file);
  const mask = item.mask === undefined ? null : (await loadMask(item.mask, { ...size, image: item.file })).data;
  const same = size.width === width && size.height === height;
  const map = same ? data : resize(data, [height, width, 1], [size.height, size.width]);
  pixels.add({ map, mask, width: size.width, name: item.id });
}

function mapFile(folder: string, { id }: TestItem): string {
  const stem = join(folder, id.slice(0, id.length - extname(id).length));
  for (const file of [`${stem}.npy`, `${stem}.png`]) if (existsSync(file)) return file;
  throw new LtadError("LTAD_DATA", `${id}: expected its map as ${stem}.npy or .png; there is no such file. Every test image needs a map.`, {
    details: { image: id, file: `${stem}.npy` },
  });
}

async function readMap(file: string): Promise<StoredMap> {
  if (file.endsWith(".npy")) return readNpy(await readFile(file), file);
  try {
    const image = sharp(await readFile(file), { limitInputPixels: 100_000_000 }).toColourspace("grey16");
    const { data, info } = await image.removeAlpha().raw({ depth: "ushort" }).toBuffer({ resolveWithObject: true });
    if (info.channels !== 1) throw new Error(`${info.channels} channels, expected grey`);
    return { width: info.width, height: info.height, data: Float32Array.from(new Uint16Array(new Uint8Array(data).buffer)) };
  } catch (error) {
    const message = `${file}: this map cannot be read (${(error as Error).message}). Save it as .npy or as a grey PNG.`;
    throw new LtadError("LTAD_IMAGE", message, { cause: error, details: { file } });
  }
}

/** NaN when there is one. */
function largest(values: Float32Array): number {
  let top = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) return value;
    if (value > top) top = value;
  }
  return top;
}
