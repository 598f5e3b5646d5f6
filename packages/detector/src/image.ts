import { float32, type NdArray } from "@ltad/core";
import { decodeImage, type DecodedImage, type ImageOptions, readImage, squashImage } from "@ltad/data";
import type { Manifest } from "./manifest.js";

/** An image: the path of its file, the bytes of its file, or decoded pixels. */
export type ImageSource = string | Uint8Array | DecodedImage;

/** The input of the encoder, the size of the image and, on request, its pixels. */
export interface ModelInput {
  /** float32 [1, S, S, 3], RGB 0..1 */
  readonly input: NdArray;
  readonly width: number;
  readonly height: number;
  readonly pixels?: DecodedImage;
}

/**
 * Reads an image in the same way as the training did.
 * Pixels that are already decoded are resized in floating point, which differs from reading their file by rounding only.
 * @throws LtadError `LTAD_IMAGE` when the image cannot be read
 */
export async function modelInput(
  source: ImageSource,
  { inputSize: size, kernel }: Pick<Manifest["features"], "inputSize" | "kernel">,
  options: ImageOptions & { readonly pixels?: boolean; readonly mostPixels?: number | undefined } = {},
): Promise<ModelInput> {
  const { input, ...rest } = isDecoded(source)
    ? { input: squashImage(source, size, kernel), width: source.width, height: source.height, pixels: source }
    : await readImage(source, size, { ...options, kernel });
  return { input: float32([1, size, size, 3], input), ...rest };
}

/** Decodes the pixels of an image, for {@link overlay}. @throws LtadError `LTAD_IMAGE` when the image cannot be read */
export async function readPixels(source: ImageSource, options: ImageOptions = {}): Promise<DecodedImage> {
  return isDecoded(source) ? source : decodeImage(source, options);
}

function isDecoded(source: ImageSource): source is DecodedImage {
  return typeof source === "object" && "data" in source;
}
