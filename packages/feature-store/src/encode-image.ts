import { float32, type NdArrays } from "@ltad/core";
import { loadImage } from "@ltad/data";
import type { Program } from "@ltad/runtime";
import type { InputSpec } from "./features-id.js";

/** An image file and its content. */
export interface ImageFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** Whatever encodes images: this thread, or two others. */
export interface ImageEncoder {
  /** The number of images that may be encoded at the same time. */
  readonly atOnce: number;
  /**
   * @returns `features` [1, N, C] and `z` [1, Dz]
   * @throws LtadError `LTAD_IMAGE` when the image cannot be decoded
   */
  encode(image: ImageFile): Promise<NdArrays>;
  close(): Promise<void>;
}

/** Decodes one image and runs the encoder graph on it. */
export async function encodeImage(program: Program, { inputSize, kernel }: InputSpec, { file, bytes }: ImageFile): Promise<NdArrays> {
  const pixels = await loadImage(bytes, inputSize, { name: file, kernel });
  return program.run({ image: float32([1, inputSize, inputSize, 3], pixels) });
}
