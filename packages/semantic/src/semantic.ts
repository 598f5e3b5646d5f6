import type { NdArray } from "@ltad/core";
import { check, fields, listOf, oneOf, optional, whole } from "@ltad/core/check";
import { type Module, unitLength } from "@ltad/jit/nn";
import type * as tf from "@tensorflow/tfjs";
import { directionLogit, type DirectionParams, initDirection, initPosterior, posteriorLogit, type PosteriorParams } from "./logit.js";
import { initProjections, project, projectOnto, type Projections } from "./project.js";

// Shapes: B images, T tokens of an image, C channels, E width of the text vectors.

/** The kinds of the projections and of the logit, and their sizes. */
export interface SemanticConfig {
  /** the paper's `linear` Phi_l, or the recommended `mlp` */
  readonly kind: "linear" | "mlp";
  /** the paper's `posterior` of two prompts, or the recommended `direction` from one to the other */
  readonly logit: "posterior" | "direction";
  /** channels of each group (layer), in the order of a token's channels */
  readonly groups: readonly number[];
  /** E, width of the text vectors */
  readonly textSize: number;
  /** inner width of `mlp`; 256 by default */
  readonly hidden?: number;
}

/** The parameters: the projections Phi_l, and those that turn p_hat into a logit. */
export type SemanticParams<T = tf.Tensor> = { readonly phi: Projections<T>; readonly logit: PosteriorParams<T> | DirectionParams<T> };

/**
 * The arguments of the module besides its parameters.
 * - tokens [B, T, C]
 * - normal t_n and abnormal t_a of each image's class, [B, E] each
 */
export type SemanticInputs = [tokens: tf.Tensor3D, normal: tf.Tensor2D, abnormal: tf.Tensor2D];

/** The semantic anomaly detection module (SAD). `forward` computes the logit of abnormal for each token, [B, T]; S_sem is its `posterior`. */
export type Semantic = Module<SemanticParams<NdArray>, SemanticInputs, tf.Tensor2D>;

const configRule = fields({
  kind: oneOf(["linear", "mlp"]),
  logit: oneOf(["posterior", "direction"]),
  groups: listOf(whole(1), 1),
  textSize: whole(1),
  hidden: optional(whole(1)),
});

/**
 * Makes the semantic module of a config.
 * @throws LtadError `LTAD_CONFIG` for a config that is not valid
 */
export function semantic(config: SemanticConfig): Semantic {
  check("semantic", { config }, { config: configRule });
  const { kind, logit, groups, textSize, hidden = 256 } = config;
  const sizes = kind === "linear" ? [textSize] : [hidden, hidden, textSize];
  return {
    init: (rng) => ({ phi: initProjections(groups, sizes, rng), logit: logit === "posterior" ? initPosterior() : initDirection() }),
    forward({ phi, logit: head }, tokens, normal, abnormal) {
      if (groups.length === 1 && "scale" in head) {
        const direction = unitLength<tf.Rank.R2>(abnormal.sub(normal)); // [B, E]
        return projectOnto(phi, tokens, direction).mul(head.scale).add(head.bias); // [B, T]
      }
      const projected = project(phi, tokens); // [B, T, E]
      return "log_scale" in head
        ? posteriorLogit(head, projected, normal, abnormal) // [B, T]
        : directionLogit(head, projected, normal, abnormal); // [B, T]
    },
  };
}
