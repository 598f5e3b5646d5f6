import type { NdArray, Rng, Tree } from "@ltad/core";
import type * as tf from "@tensorflow/tfjs";
import { directionLogit, type DirectionParams, initDirection } from "./direction-logit.js";
import { initPosterior, posteriorLogit, type PosteriorParams } from "./posterior-logit.js";
import { initProjections, project, type Projections } from "./project.js";

/** Which projections and which logit, and their sizes. */
export interface SemanticConfig {
  /** the paper's `linear` Phi_l, or the recommended `mlp` */
  readonly kind: "linear" | "mlp";
  /** the paper's `posterior` of two prompts, or the recommended `direction` between them */
  readonly logit: "posterior" | "direction";
  /** channels of each group (layer) in the order in which a token holds them */
  readonly groups: readonly number[];
  /** E, width of the text vectors */
  readonly textSize: number;
  /** inner width of `mlp`; 256 */
  readonly hidden?: number;
}

/** Parameters: Phi_l, and what turns p_hat into a logit. */
export type SemanticParams<T = tf.Tensor> = { readonly phi: Projections<T>; readonly logit: PosteriorParams<T> | DirectionParams<T> };

/** SAD: how abnormal a token is, by the text prototypes of its class. */
export interface Semantic {
  /** Fresh parameters. */
  init(rng: Rng): SemanticParams<NdArray>;
  /**
   * @param params as {@link init} makes them, as tensors
   * @param tokens [B, T, C]
   * @param normal t_n of each image's class, [B, E]
   * @param abnormal t_a of each image's class, [B, E]
   * @returns logit of abnormal, [B, T]; S_sem is its `posterior`
   */
  forward(params: SemanticParams | Tree<tf.Tensor>, tokens: tf.Tensor3D, normal: tf.Tensor2D, abnormal: tf.Tensor2D): tf.Tensor2D;
}

/** The semantic module of a config. */
export function semantic(config: SemanticConfig): Semantic {
  const { kind, logit, groups, textSize, hidden = 256 } = config;
  const sizes = kind === "linear" ? [textSize] : [hidden, hidden, textSize];
  return {
    init: (rng) => ({ phi: initProjections(groups, sizes, rng), logit: logit === "posterior" ? initPosterior() : initDirection() }),
    forward(params, tokens, normal, abnormal) {
      const { phi, logit: head } = params as SemanticParams;
      const projected = project(phi, tokens); // [B, T, E]
      return logit === "posterior"
        ? posteriorLogit(head as PosteriorParams, projected, normal, abnormal)
        : directionLogit(head as DirectionParams, projected, normal, abnormal);
    },
  };
}
