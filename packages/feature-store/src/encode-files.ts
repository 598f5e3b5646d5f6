import type { JobOptions } from "@ltad/core";
import { encodeImages, type FeatureStore } from "./feature-cache.js";
import { featuresId, type InputSpec } from "./features-id.js";
import { openProgram } from "@ltad/runtime";
import { builtWorker, canUseWorkers, openWorkers } from "./encode-workers.js";
import { imageLoader } from "./image-loader.js";

export interface EncodeFilesOptions extends JobOptions {
  readonly cacheDir: string;
}

/**
 * Features of images by the encoder graph of a model or of a training to come; each image is encoded once and kept. Many are encoded by
 * two threads.
 */
export async function encodeFiles(
  files: readonly string[],
  graph: Uint8Array,
  spec: InputSpec,
  options: EncodeFilesOptions,
): Promise<FeatureStore> {
  return encodeFilesBy(builtWorker, files, graph, spec, options);
}

/** {@link encodeFiles} by threads of this program, where there is one. */
export async function encodeFilesBy(
  worker: URL,
  files: readonly string[],
  graph: Uint8Array,
  spec: InputSpec,
  options: EncodeFilesOptions,
): Promise<FeatureStore> {
  let close: (() => Promise<void>) | undefined;
  const withWorkers = async () => {
    const workers = openWorkers(graph, spec, worker);
    close = workers.close;
    return workers;
  };
  try {
    return await encodeImages(files, {
      ...options,
      encoderId: featuresId(graph, spec),
      inputSize: spec.inputSize,
      async open() {
        const program = await openProgram(graph);
        close = () => program.dispose();
        return program;
      },
      load: imageLoader(spec),
      openMany: canUseWorkers(worker) ? withWorkers : undefined,
    });
  } finally {
    await close?.();
  }
}
