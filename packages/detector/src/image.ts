import { float32, type NdArray } from "@ltad/core";
import { decodeImage, type DecodedImage, type ImageOptions, readImage, squashImage } from "@ltad/data";
import type { Manifest } from "./manifest.js";

/** An image: its path, the content of its file, or decoded pixels. */
export type ImageSource = string | Uint8Array | DecodedImage;

/** What the encoder takes, the size of the image and, if wanted, its pixels. */
export interface ModelInput {
  /** float32 [1, S, S, 3], RGB 0..1 */
  readonly input: NdArray;
  readonly width: number;
  readonly height: number;
  readonly pixels?: DecodedImage;
}

/**
 * Reads an image as the training read its images.
 * Pixels that are decoded already are squashed in floating point, which differs from reading their file by rounding only.
 * @throws LtadError `LTAD_IMAGE`
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

/** The pixels of an image, for {@link overlay}. @throws LtadError `LTAD_IMAGE` */
export async function readPixels(source: ImageSource, options: ImageOptions = {}): Promise<DecodedImage> {
  return isDecoded(source) ? source : decodeImage(source, options);
}

function isDecoded(source: ImageSource): source is DecodedImage {
  return typeof source === "object" && "data" in source;
}
