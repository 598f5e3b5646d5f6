import { type ImageProcessing, LtadError } from "@ltad/core";
import { decodeImage } from "./decode-image.js";
import type { ImageOptions } from "./image-limits.js";
import { unitRange } from "./squash-image.js";
import { resizeBytes } from "./resize.js";

/**
 * One image as the model's publisher prepares it, with Pillow's filters byte for byte. Everything outside the middle is cut off, so
 * this is for comparing an image with a text, not for finding defects (see {@link loadImage}).
 * @param processing the `processing` of an image encoder
 * @returns [size, size, 3] RGB, 0..1
 * @throws LtadError `LTAD_IMAGE`; `LTAD_CONFIG` when the middle is larger than the resized image
 */
export async function processImage(
  source: string | Uint8Array,
  { kernel, resize, size, corner }: ImageProcessing,
  options: ImageOptions = {},
): Promise<Float32Array> {
  const { data, width, height } = await decodeImage(source, options);
  const [h, w] = "both" in resize ? [resize.both, resize.both] : keepingRatio(resize.shorter, height, width);
  if (Math.min(h, w) < size) {
    const message = `processing.size: expected at most ${Math.min(h, w)}, the side after resizing, received ${size}. Check preprocessor_config.json.`;
    throw new LtadError("LTAD_CONFIG", message);
  }
  const resized = resizeBytes(data, [height, width, 3], [h, w], kernel); // [h, w, 3]
  return unitRange(cut(resized, w, [start(h, size, corner), start(w, size, corner)], size));
}

function keepingRatio(shorter: number, height: number, width: number): [number, number] {
  const longer = Math.floor((shorter * Math.max(height, width)) / Math.min(height, width));
  return height < width ? [shorter, longer] : [longer, shorter];
}

/** First row or column of the middle. */
function start(length: number, size: number, corner: ImageProcessing["corner"]): number {
  const half = Math.floor((length - size) / 2);
  return corner === "even" && (length - size) % 2 === 1 ? half + (half % 2) : half;
}

/** [h, width, 3] -> [size, size, 3] */
function cut(data: Uint8Array, width: number, [top, left]: readonly [number, number], size: number): Uint8Array {
  const out = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    const from = ((top + y) * width + left) * 3;
    out.set(data.subarray(from, from + size * 3), y * size * 3);
  }
  return out;
}
