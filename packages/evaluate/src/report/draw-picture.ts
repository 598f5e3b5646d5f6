import { decodeShrunk, loadMask } from "@ltad/data";
import { type DisplayRange, overlay, upsampleBilinear } from "@ltad/detector";
import sharp, { type Sharp } from "sharp";
import type { ChosenPicture } from "./choose-pictures.js";
import { maskOutline } from "./mask-outline.js";
import type { Picture } from "./report-data.js";

/** How pictures are drawn. */
export interface DrawOptions {
  /** Longest side in pixels. */
  readonly side: number;
  /** Tokens a side of the maps. */
  readonly grid: number;
  readonly range: DisplayRange;
  /** How 16-bit samples are read; see `ImageOptions` of @ltad/data. */
  readonly samples?: number | readonly number[] | undefined;
}

const quality = 80;
/** Pixels that are decoded of an image; a picture in the report has far fewer. */
const mostPixels = 4_000_000;
/** The size of every image was checked before it was scored. */
const checked = { maxPixels: 1e9 };

/** The longest side of a picture such that the whole report stays at some 6 MB. */
export function sideFor(pictures: number): number {
  if (pictures <= 60) return 320;
  if (pictures <= 100) return 256;
  return pictures <= 200 ? 192 : 128;
}

/** Draws a chosen test image: the image, its heat map over it, the outline of its mask. */
export async function drawPicture(
  { role, image: { item, score, map } }: ChosenPicture,
  { side, grid, range, samples }: DrawOptions,
): Promise<Picture> {
  const decoded = await decodeShrunk(item.file, mostPixels, { ...checked, range: samples });
  const raw = { width: decoded.width, height: decoded.height, channels: 3 } as const;
  const { data, info } = await sharp(decoded.data, { raw })
    .resize(side, side, { fit: "inside", withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const heat = await overlay({ width, height, data }, upsampleBilinear({ data: map, width: grid, height: grid }, { width, height }), range);
  return {
    role,
    file: item.id,
    score,
    width,
    height,
    image: await dataUri(sharp(data, { raw: { width, height, channels: 3 } })),
    heat: await dataUri(sharp(heat)),
    outline: item.mask === undefined ? null : maskOutline(await loadMask(item.mask, undefined, checked), { width, height }),
  };
}

async function dataUri(image: Sharp): Promise<string> {
  return `data:image/webp;base64,${(await image.webp({ quality }).toBuffer()).toString("base64")}`;
}
