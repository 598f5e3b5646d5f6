import type { NdArray, StageSpec, Tree } from "@ltad/core";
import type * as tf from "@tensorflow/tfjs";
import { encoderId } from "../named-params.js";
import { type EfficientNetPlan, stageSpecs } from "./architecture.js";
import { type EfficientNetParams, type EncodedImages, efficientNet } from "./efficient-net.js";
import { type ImageProcessing, squashTo } from "./image-processing.js";

/** A frozen image encoder: its weights, a description of its stages, and a pure function that can be traced. */
export interface ImageEncoder {
  readonly kind: "network";
  readonly name: string;
  /** The SHA-256 of weights, graph and preprocessing. Two encoders with the same id compute the same features. */
  readonly id: string;
  /** The side in pixels of the square images it was trained on. Any multiple of the largest stride works. */
  readonly inputSize: number;
  /** How the model's own processor brings an image to that size. */
  readonly processing: ImageProcessing;
  readonly stages: readonly StageSpec[];
  /** The length of z. */
  readonly zSize: number;
  readonly params: Tree<NdArray>;
  /**
   * Computes the stages and z. It reads no values, so it can be traced and differentiated.
   * @param params {@link ImageEncoder.params} as tensors
   * @param image [B, S, S, 3], RGB in 0..1
   */
  forward(params: Tree<tf.Tensor>, image: tf.Tensor4D): EncodedImages;
}

/** Must change when `efficientNet` computes something else from the same weights. */
const graphVersion = "efficientnet/1";

/** Makes an {@link ImageEncoder} from the plan and the weights of an EfficientNet. */
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
