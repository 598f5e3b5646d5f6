import { float32, type JobOptions, type NdArray } from "@ltad/core";
import { loadImage } from "@ltad/data";
import type { Detector } from "@ltad/detector";
import { encodeImages } from "@ltad/feature-store";

/** Features of test images, each encoded once and kept on disk, as the head of the detector takes them. */
export interface TestFeatures {
  /** @returns features [1, N, C], z [1, Dz] */
  read(index: number): Promise<{ features: NdArray; z: NdArray }>;
}

/** Encodes the images that are not in the cache yet, with the very encoder graph of the bundle. */
export async function testFeatures(
  detector: Detector,
  files: readonly string[],
  cacheDir: string,
  options: JobOptions,
): Promise<TestFeatures> {
  const { features: spec, encoder } = detector.manifest;
  const store = await encodeImages(files, {
    ...options,
    cacheDir,
    encoderId: encoder.id,
    inputSize: spec.inputSize,
    open: async () => ({ run: async ({ image }) => ({ ...(await detector.encode(image!)) }) }),
    load: (file, bytes) => loadImage(bytes, spec.inputSize, { name: file, kernel: spec.kernel }),
  });
  return {
    async read(index) {
      const { features, z } = await store.read(index);
      return { features: float32([1, spec.tokens, spec.channels], features), z: float32([1, spec.zSize], z) };
    },
  };
}
