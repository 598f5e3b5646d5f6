import type { JobOptions } from "@ltad/core";
import { loadImage } from "@ltad/data";
import { encodeImages, featuresId, type FeatureSpec, type FeatureStore } from "@ltad/features";
import { openProgram } from "@ltad/jit/runtime";

export interface EncodeFilesOptions extends JobOptions {
  readonly cacheDir: string;
}

/** Features of images by the encoder graph of a model or of a training to come; each image is encoded once and kept. */
export async function encodeFiles(
  files: readonly string[],
  graph: Uint8Array,
  spec: Pick<FeatureSpec, "inputSize" | "kernel">,
  options: EncodeFilesOptions,
): Promise<FeatureStore> {
  let program: Awaited<ReturnType<typeof openProgram>> | undefined;
  try {
    return await encodeImages(files, {
      ...options,
      encoderId: featuresId(graph, spec),
      inputSize: spec.inputSize,
      open: async () => (program = await openProgram(graph)),
      load: (file, bytes) => loadImage(bytes, spec.inputSize, { name: file, kernel: spec.kernel }),
    });
  } finally {
    await program?.dispose();
  }
}
