import { LtadError } from "@ltad/core/browser";

/** The last sentence of every error about a folder that is not a bundle. */
export const whatABundleIs = "A bundle is a folder written by `ltad train --out`: model.json, two ONNX graphs and the weights.";

/** An error of a bundle: `place: message`, with the file or folder in its details. */
export function bundleError(place: string, message: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_BUNDLE", `${place}: ${message}`, { details: { file: place }, ...(cause === undefined ? {} : { cause }) });
}
