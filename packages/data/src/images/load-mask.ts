import { LtadError } from "@ltad/core";
import { shown } from "../internal/shown.js";
import { defaultMaxPixels, type ImageOptions } from "./image-limits.js";
import { maskUnion } from "./mask-union.js";
import { damagedError, openImage, type OpenImage } from "./open-image.js";

/** A defect mask. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** [height, width]; 1 defect, 0 good */
  readonly data: Uint8Array;
}

/** Size a mask must have, and whose it is. */
export interface MaskSize {
  readonly width: number;
  readonly height: number;
  /** The image the mask belongs to, for the message. */
  readonly image?: string;
}

/**
 * Reads a mask: grey or colour, 1 to 16 bit; a pixel with any channel above 0 is a defect. In a JPEG, which blurs edges, from half the range on.
 * @param source a path or the bytes of a file; several paths are the parts of one mask, whose union is the defect
 * @param expected size of the image it belongs to, upright
 * @throws LtadError `LTAD_MASK` when the sizes differ, `LTAD_IMAGE` when it cannot be read
 */
export async function loadMask(
  source: string | Uint8Array | readonly string[],
  expected?: MaskSize,
  options: ImageOptions = {},
): Promise<Mask> {
  if (isSeveral(source)) return maskUnion(await Promise.all(source.map((part) => loadMask(part, expected, options))), source);
  const image = await openImage(source, options);
  const { width, height, format } = image.header;
  if (expected) checkMaskSize(image.name, { width, height }, expected);
  const samples = await samples16(image, options); // [height, width, 3]
  const floor = format === "jpeg" ? 0x7fff : 0;
  const data = new Uint8Array(width * height);
  for (let i = 0; i < samples.length; i++) if (samples[i]! > floor) data[Math.floor(i / 3)] = 1;
  return { width, height, data };
}

function isSeveral(source: string | Uint8Array | readonly string[]): source is readonly string[] {
  return Array.isArray(source);
}

/** @throws LtadError `LTAD_MASK` unless the mask has the size of its image */
export function checkMaskSize(mask: string, found: { width: number; height: number }, expected: MaskSize): void {
  if (found.width === expected.width && found.height === expected.height) return;
  const image = expected.image === undefined ? "its image" : shown(expected.image);
  throw new LtadError(
    "LTAD_MASK",
    `${shown(mask)} is ${found.width}x${found.height} but ${image} is ${expected.width}x${expected.height}. ` +
      "A mask must have the size of its image; resize the mask (nearest neighbour) or export it again.",
    { details: { file: mask, image: expected.image ?? null, found, expected: { width: expected.width, height: expected.height } } },
  );
}

/** 16-bit samples, so that a mask of small 16-bit values does not vanish. */
async function samples16(image: OpenImage, { maxPixels = defaultMaxPixels }: ImageOptions): Promise<Uint16Array> {
  try {
    const bytes = await image.pixels().removeAlpha().toColourspace("rgb16").raw({ depth: "ushort" }).toBuffer();
    return new Uint16Array(new Uint8Array(bytes).buffer);
  } catch (error) {
    throw damagedError(image.name, image.header.format, maxPixels, error);
  }
}
