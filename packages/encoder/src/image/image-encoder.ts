import type { NdArray, StageSpec, Tree } from "@ltad/core";
import type * as tf from "@tensorflow/tfjs";
import { encoderId } from "../named-params.js";
import { type EfficientNetPlan, stageSpecs } from "./architecture.js";
import { type EfficientNetParams, type EncodedImages, efficientNet } from "./efficient-net.js";
import { type ImageProcessing, squashTo } from "./image-processing.js";

/** A frozen image encoder: weights, what its stages are, and a pure function to call inside a traced one. */
export interface ImageEncoder {
  readonly kind: "network";
  readonly name: string;
  /** SHA-256 over weights, graph and preprocessing: the key of everything computed with it. */
  readonly id: string;
  /** The size it was trained at. Any multiple of the largest stride works. */
  readonly inputSize: number;
  /** How its own processor gets an image to that size. */
  readonly processing: ImageProcessing;
  readonly stages: readonly StageSpec[];
  /** Length of z. */
  readonly zSize: number;
  readonly params: Tree<NdArray>;
  /**
   * Stage outputs and z; no values are read, so it can be traced and differentiated.
   * @param params {@link ImageEncoder.params} as tensors
   * @param image [B, S, S, 3], RGB in 0..1
   */
  forward(params: Tree<tf.Tensor>, image: tf.Tensor4D): EncodedImages;
}

/** Changes when `efficientNet` computes something else from the same weights. */
const graphVersion = "efficientnet/1";

/** An EfficientNet with these weights as an {@link ImageEncoder}. */
export function efficientNetEncoder(plan: EfficientNetPlan, params: EfficientNetParams<NdArray>): ImageEncoder {
  const stages = stageSpecs(plan);
  let id: string | undefined;
  return {
    kind: "network",
    name: plan.name,
    get id() {
      return (id ??= encoderId(`${graphVersion} ${JSON.stringify(plan)}`, params));
    },
    inputSize: plan.inputSize,
    processing: plan.processing ?? squashTo(plan.inputSize),
    stages,
    zSize: stages.at(-1)?.channels ?? 0,
    params,
    forward: (tensors, image) => efficientNet(tensors as EfficientNetParams, image, plan),
  };
}
