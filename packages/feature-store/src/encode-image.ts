import { float32, type NdArrays } from "@ltad/core";
import { loadImage, type Turn, turnImage } from "@ltad/data";
import type { Program } from "@ltad/runtime";
import type { InputSpec } from "./features-id.js";

/** An image file, and how it is turned before it is encoded. */
export interface TurnedFile {
  readonly file: string;
  /** The turn; if omitted, the image is not turned. */
  readonly turn?: Turn;
  /** The range that its 16-bit samples use; see `ImageOptions` of @ltad/data. */
  readonly range?: number | readonly number[] | undefined;
}

/** An image file and its content. */
export interface ImageFile extends TurnedFile {
  readonly bytes: Uint8Array;
  readonly maxPixels?: number | undefined;
}

/** Encodes images on this thread or on two others. */
export interface ImageEncoder {
  /** How many images it should be given at the same time, so that it never waits for one. */
  readonly atOnce: number;
  /**
   * @returns `features` [1, N, C] and `z` [1, Dz]
   * @throws LtadError `LTAD_IMAGE` when the image cannot be decoded
   */
  encode(image: ImageFile): Promise<NdArrays>;
  close(): Promise<void>;
}

/** Decodes one image, turns it and runs the encoder graph on it. */
export async function encodeImage(
  program: Program,
  { inputSize, kernel }: InputSpec,
  { file, bytes, turn, range, maxPixels }: ImageFile,
): Promise<NdArrays> {
  const upright = await loadImage(bytes, inputSize, { name: file, kernel, range, ...(maxPixels !== undefined && { maxPixels }) });
  const pixels = turn ? turnImage(upright, inputSize, turn) : upright;
  return program.run({ image: float32([1, inputSize, inputSize, 3], pixels) });
}
