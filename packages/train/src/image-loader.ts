import { loadImage } from "@ltad/data";
import type { FeatureSpec } from "@ltad/features";

/** How images become what an encoder graph takes: [S, S, 3], RGB 0..1, from their bytes or their file. */
export function imageLoader({ inputSize, kernel }: Pick<FeatureSpec, "inputSize" | "kernel">) {
  return (file: string, source: Uint8Array | string) => loadImage(source, inputSize, { name: file, kernel });
}
