import { LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";

/** Size of an upright picture, and how the picture was turned to be upright. */
export interface TurnedSize {
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8; 1 by default. From 5 on, the sides are swapped. */
  readonly orientation?: number | undefined;
}

/** The size that a mask must have, and the image that it belongs to. */
export interface MaskSize extends TurnedSize {
  /** The image the mask belongs to, for the message. */
  readonly image?: string;
}

/** @throws LtadError `LTAD_MASK` unless the mask has the size of its image */
export function checkMaskSize(mask: string, found: TurnedSize, expected: MaskSize): void {
  if (found.width === expected.width && found.height === expected.height) return;
  const image = expected.image === undefined ? "its image" : shown(expected.image);
  throw new LtadError(
    "LTAD_MASK",
    `${shown(mask)} is ${found.width}x${found.height} but ${image} is ${expected.width}x${expected.height}. ` +
      `A mask must have the size of its image; ${advice(found, expected)}.`,
    {
      details: {
        file: mask,
        image: expected.image ?? null,
        found: { width: found.width, height: found.height },
        expected: { width: expected.width, height: expected.height },
      },
    },
  );
}

function advice(found: TurnedSize, expected: TurnedSize): string {
  const isSwapped = found.width === expected.height && found.height === expected.width;
  if (isSwapped) return turning(found, expected);
  const ratio = (found.width * expected.height) / (found.height * expected.width);
  if (Math.abs(ratio - 1) < 0.01) return "resize the mask (nearest neighbour) or export it again";
  return "it also has another shape, so it was cut or belongs to another image: export it again from this image";
}

/** Clockwise degrees that bring a picture with an orientation upright; orientations 5 and 7 are mirrored as well. */
const clockwise: Readonly<Record<number, string>> = {
  5: "by 90 degrees clockwise and mirror it",
  6: "by 90 degrees clockwise",
  7: "by 90 degrees counter-clockwise and mirror it",
  8: "by 90 degrees counter-clockwise",
};

function turning({ orientation: ofMask = 1 }: TurnedSize, { orientation: ofImage = 1 }: TurnedSize): string {
  if (ofImage >= 5 && ofMask < 5)
    return (
      `its sides are swapped, because the image is shown turned (EXIF orientation ${ofImage}) and the mask is not. ` +
      `Turn the mask ${clockwise[ofImage]}, or export it again from the image as it is shown`
    );
  if (ofMask >= 5 && ofImage < 5)
    return `its sides are swapped, because the mask is shown turned (EXIF orientation ${ofMask}) and the image is not. Remove the orientation from the mask's EXIF data`;
  return "its sides are swapped: turn the mask by 90 degrees the way that fits the image, or export it again";
}
