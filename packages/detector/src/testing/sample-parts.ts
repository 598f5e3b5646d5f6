import { float32 } from "@ltad/core";
import type { BundleParts } from "../write-bundle.js";

/** Sizes of the sample: pairwise different. */
export const sizes = { inputSize: 32, grid: 4, tokens: 16, channels: 5, zSize: 6 } as const;

/** Parts of a small bundle of two classes; its graphs are the bytes given. */
export function sampleParts(encoder: Uint8Array, head: Uint8Array): BundleParts {
  const { inputSize, grid, tokens, channels, zSize } = sizes;
  const [features, z] = [
    { dtype: "float32" as const, shape: [null, tokens, channels] },
    { dtype: "float32" as const, shape: [null, zSize] },
  ];
  return {
    manifest: {
      producer: "ltad test",
      preset: "recommended",
      protocol: "exp20",
      seed: 3,
      encoder: { name: "sample", id: "0123456789abcdef", inputSize },
      features: {
        inputSize,
        gridStride: 8,
        shrink: "area",
        length: "raw",
        kernel: "linear",
        stages: [
          { stage: 2, channels: 2, stride: 4 },
          { stage: 3, channels: 3, stride: 8 },
        ],
        grid,
        tokens,
        channels,
        zSize,
      },
      classes: [
        { name: "tile", trainImages: 40, order: 0 },
        { name: "nut", trainImages: 2, order: 1 },
      ],
      score: { imageScore: "max", lambda: 0.5 },
      display: { low: 0.5, high: 2 },
      config: { preset: "recommended", phase2: { steps: 400 } },
    },
    encoder: {
      model: encoder,
      inputs: { image: { dtype: "float32", shape: [null, inputSize, inputSize, 3] } },
      outputs: ["features", "z"],
    },
    head: {
      model: head,
      inputs: { features, z, class: { dtype: "int32", shape: [null] } },
      outputs: ["s_rec", "s_sem", "map", "score", "label"],
    },
    weights: { "pi.out.w": float32([2, 3], [1, 2, 3, 4, 5, 6]) },
  };
}
