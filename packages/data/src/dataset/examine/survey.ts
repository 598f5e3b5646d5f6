import { createHash } from "node:crypto";
import { eachAtOnce, isLtadError, type JobOptions } from "@ltad/core";
import { findRange, largestIn } from "../../images/find-range.js";
import type { ImageOptions } from "../../images/image-limits.js";
import { loadImage } from "../../images/load-image.js";
import { readImageHeader } from "../../images/open-image.js";
import { readImageFile } from "../../images/read-image-file.js";
import { type ClassData, type Dataset, isGood, type TestItem, type TrainItem } from "../dataset.js";
import type { ItemFault } from "./remark-on-faults.js";

/** Side of the small pictures that images are compared by. */
export const side = 32;

/** What one image is like. */
export interface ImageFacts {
  readonly id: string;
  readonly file: string;
  readonly class: string;
  readonly role: "train" | "good" | "defective";
  readonly width: number;
  readonly height: number;
  readonly depth: 8 | 16;
  readonly isGrey: boolean;
  /** The range of the class where the image has values above it, which become white. */
  readonly cutAt: number | undefined;
  /** SHA-256 of the file. */
  readonly hash: string;
  /** [32, 32] brightness in 256ths of a grey level. */
  readonly small: Uint16Array;
}

/** Everything that was read, and what could not be. */
export interface Survey {
  readonly images: readonly ImageFacts[];
  readonly unreadable: readonly ItemFault[];
}

/** Reads and decodes every image once; of each a few numbers and a small picture stay in memory. */
export async function surveyImages({ classes }: Dataset, options: JobOptions & ImageOptions = {}): Promise<Survey> {
  const ranges: (number | undefined)[] = [];
  for (const data of classes) ranges.push(await rangeOfClass(data, options));
  const items = classes.flatMap(({ name, train, test }, i) => [
    ...train.map((item) => ({ item, name, role: "train" as const, range: ranges[i] })),
    ...test.map((item) => ({ item, name, role: roleOf(item), range: ranges[i] })),
  ]);
  const unreadable: ItemFault[] = [];
  let done = 0;
  const found = await eachAtOnce(
    items,
    async ({ item, name, role, range }): Promise<ImageFacts[]> => {
      try {
        return [{ ...(await read(item, { ...options, range })), class: name, role }];
      } catch (error) {
        if (!isLtadError(error) || error.code !== "LTAD_IMAGE") throw error;
        unreadable.push({ id: item.id, class: name, error });
        return [];
      } finally {
        options.onProgress?.({ phase: "read images", done: ++done, total: items.length, unit: "images" });
      }
    },
    { signal: options.signal },
  );
  return { images: found.flat(), unreadable };
}

/** The range of the 16-bit images of a class, as a training finds it; undefined where one of them cannot be read. */
async function rangeOfClass({ train }: ClassData, options: JobOptions & ImageOptions): Promise<number | undefined> {
  const { signal, maxPixels, maxBytes } = options;
  const limits = { ...(maxPixels !== undefined && { maxPixels }), ...(maxBytes !== undefined && { maxBytes }) };
  return findRange(
    train.map(({ file }) => file),
    { signal, ...limits },
  ).catch((error: unknown) => {
    if (isLtadError(error) && error.code === "LTAD_IMAGE") return undefined;
    throw error;
  });
}

function roleOf(item: TestItem): "good" | "defective" {
  return isGood(item) ? "good" : "defective";
}

async function read({ id, file }: TrainItem, options: ImageOptions): Promise<Omit<ImageFacts, "class" | "role">> {
  const { range, maxBytes, maxPixels } = options;
  const whole = { name: file, ...(maxBytes !== undefined && { maxBytes }), ...(maxPixels !== undefined && { maxPixels }) };
  const named = { ...whole, range };
  const bytes = await readImageFile(file, named);
  const { width, height, depth } = await readImageHeader(bytes, named);
  const pixels = await loadImage(bytes, side, named);
  const cutAt = depth === 16 && typeof range === "number" && (await largestIn(bytes, whole)) > range ? range : undefined;
  const small = new Uint16Array(side * side);
  let isGrey = true;
  for (let i = 0; i < small.length; i++) {
    const [r, g, b] = [pixels[3 * i]!, pixels[3 * i + 1]!, pixels[3 * i + 2]!];
    small[i] = Math.round(((r + g + b) / 3) * 255 * 256);
    isGrey &&= Math.max(r, g, b) - Math.min(r, g, b) < 3 / 255;
  }
  return { id, file, width, height, depth, isGrey, cutAt, hash: createHash("sha256").update(bytes).digest("base64"), small };
}

/** Mean difference of two small pictures, in grey levels. Stops early, with a number above the limit, when it gets larger than that. */
export function difference(a: Uint16Array, b: Uint16Array, limit = Infinity): number {
  const most = limit * 256 * a.length;
  let sum = 0;
  for (let row = 0; row < a.length; row += side) {
    for (let i = row; i < row + side; i++) sum += Math.abs(a[i]! - b[i]!);
    if (sum > most) break;
  }
  return sum / (256 * a.length);
}
