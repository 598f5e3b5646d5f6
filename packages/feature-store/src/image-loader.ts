import { loadImage } from "@ltad/data";
import type { InputSpec } from "./features-id.js";

/** How images become what an encoder graph takes: [S, S, 3], RGB 0..1, from their bytes or their file. */
export function imageLoader({ inputSize, kernel }: InputSpec) {
  return (file: string, source: Uint8Array | string) => loadImage(source, inputSize, { name: file, kernel });
}
