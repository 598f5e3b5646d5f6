import type * as tf from "@tensorflow/tfjs";
import { branchOf, flatten, isNdArray } from "@ltad/core";
import type { ImageEncoder } from "@ltad/encoder";
import { toOnnx } from "@ltad/jit";
import type { FeatureSpec } from "./feature-spec.js";
import { gridFeatures } from "./grid-features.js";

/**
 * The graph that turns images into features: what is cached, trained on, evaluated and served.
 * Inputs: `image` float32 [B, S, S, 3], RGB 0..1. Outputs: `features` [B, N, C] and `z` [B, Dz]. The batch is free.
 * @returns a complete ONNX file; the same encoder and spec give the same bytes, so its hash names the features
 */
export function encoderGraph(encoder: ImageEncoder, spec: FeatureSpec): Uint8Array {
  const constants = flatten({ encoder: encoder.params }, isNdArray);
  const size = spec.inputSize;
  return toOnnx(
    (inputs) => {
      const { stages, z } = encoder.forward(branchOf(inputs, "encoder"), inputs["image"] as tf.Tensor4D);
      const used = spec.stages.map(({ stage }) => stages[stage - 1] as tf.Tensor4D);
      return { features: gridFeatures(used, spec), z };
    },
    { image: { dtype: "float32", shape: [null, size, size, 3] } },
    { constants },
  );
}
