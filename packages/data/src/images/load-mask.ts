import { LtadError } from "@ltad/core";
import { anything, check, listOf } from "@ltad/core/check";
import { shown } from "@ltad/core/format";
import { defaultMaxPixels, type ImageOptions } from "./image-limits.js";
import { type MaskMarks, maskMarks, type MaskSamples } from "./mask-marks.js";
import { checkMaskSize, type MaskSize } from "./mask-size.js";
import { maskUnion } from "./mask-union.js";
import { damagedError, openImage, type OpenImage } from "./open-image.js";

/** A defect mask; see {@link maskMarks} for what counts as marked. */
export interface Mask extends MaskMarks {
  readonly width: number;
  readonly height: number;
}

/**
 * Reads a mask: grey, colour or alpha, 1 to 16 bit.
 * @param source a path or the bytes of a file; several paths are the parts of one mask, whose union is the defect
 * @param expected size of the image it belongs to, upright
 * @throws LtadError `LTAD_MASK` when the sizes differ, or when alpha and colour mark different pixels; `LTAD_IMAGE` when it cannot be read
 */
export async function loadMask(
  source: string | Uint8Array | readonly string[],
  expected?: MaskSize,
  options: ImageOptions = {},
): Promise<Mask> {
  if (isSeveral(source)) check("loadMask", { source }, { source: listOf(anything, 1) });
  if (isSeveral(source)) return maskUnion(await Promise.all(source.map((part) => loadMask(part, expected, options))), source);
  const image = await openImage(source, options);
  const { width, height, format } = image.header;
  if (expected) checkMaskSize(image.name, image.header, expected);
  const marks = maskMarks(await samples16(image, options), format === "jpeg");
  if (marks === null) throw twoMasksError(image.name);
  return { width, height, ...marks };
}

function isSeveral(source: string | Uint8Array | readonly string[]): source is readonly string[] {
  return Array.isArray(source);
}

/** 16-bit samples, so that a mask of small 16-bit values does not vanish. */
async function samples16(image: OpenImage, { maxPixels = defaultMaxPixels }: ImageOptions): Promise<MaskSamples> {
  try {
    const { data, info } = await image.pixels().toColourspace("rgb16").raw({ depth: "ushort" }).toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { data: new Uint16Array(new Uint8Array(data).buffer), width, height, channels, hasAlpha: channels % 2 === 0 };
  } catch (error) {
    throw damagedError(image.name, image.header.format, maxPixels, error);
  }
}

function twoMasksError(name: string): LtadError {
  return new LtadError(
    "LTAD_MASK",
    `${shown(name)}: its colours mark other pixels than its alpha channel. Save the mask again with one of the two, for example without alpha.`,
    { details: { file: name } },
  );
}
