import { float32, type NdArray } from "@ltad/core";
import { decodeImage, type DecodedImage, type ImageOptions, loadImage, readImageHeader, squashImage } from "@ltad/data";
import type { Manifest } from "./manifest.js";

/** An image: its path, the content of its file, or decoded pixels. */
export type ImageSource = string | Uint8Array | DecodedImage;

/** What the encoder takes, and the size the image had. */
export interface ModelInput {
  /** float32 [1, S, S, 3], RGB 0..1 */
  readonly input: NdArray;
  readonly width: number;
  readonly height: number;
}

/**
 * Reads an image as the training data was read.
 * Pixels that are decoded already are squashed in floating point, which differs from a file's in the rounding only.
 * @throws LtadError `LTAD_IMAGE`
 */
export async function modelInput(
  source: ImageSource,
  { inputSize: size, kernel }: Pick<Manifest["features"], "inputSize" | "kernel">,
  options: ImageOptions = {},
): Promise<ModelInput> {
  const batch = (data: Float32Array) => float32([1, size, size, 3], data);
  if (isDecoded(source)) return { input: batch(squashImage(source, size, kernel)), width: source.width, height: source.height };
  const { width, height } = await readImageHeader(source, options);
  return { input: batch(await loadImage(source, size, { ...options, kernel })), width, height };
}

/** The pixels of an image, for {@link overlay}. @throws LtadError `LTAD_IMAGE` */
export async function readPixels(source: ImageSource, options: ImageOptions = {}): Promise<DecodedImage> {
  return isDecoded(source) ? source : decodeImage(source, options);
}

function isDecoded(source: ImageSource): source is DecodedImage {
  return typeof source === "object" && "data" in source;
}
