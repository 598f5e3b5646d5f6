import type { StageSpec } from "@ltad/core";
import { check, fields, having, listOf, number, optional, tensor } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";

// Shapes: B images, N tokens, C channels of all stages, L latent.
// (P) marks what the paper says, and (O) our own choice; docs/method.md goes through both.

/** A normal distribution with independent components, [B, L] each. */
export interface Gaussian {
  readonly mu: tf.Tensor2D;
  readonly logVar: tf.Tensor2D;
}

const gaussianRule = fields({ mu: tensor(2), logVar: tensor(2) });

/** The loss of phase 1 and its parts. `stage_<l>` is mean((f_real_l - f_syn_l)^2), and `reconstruction` is their sum. */
export type VaeLoss = Readonly<Record<"loss" | "reconstruction" | "kl" | `stage_${number}`, tf.Scalar>>;

/**
 * The loss of phase 1, sum_l mean((f_real_l - f_syn_l)^2) + beta KL (P; beta: O).
 * @param real f_real, [B, N, C]
 * @param synthetic f_syn, [B, N, C]
 * @param latent the distribution that z_hat was drawn from
 * @param stages in the order of a token's channels, with C channels in all
 * @param beta see {@link klWeight}; a tensor if it changes from step to step of one graph
 */
export function vaeLoss(
  real: tf.Tensor3D,
  synthetic: tf.Tensor3D,
  latent: Gaussian,
  stages: readonly Pick<StageSpec, "stage" | "channels">[],
  beta: number | tf.Scalar,
): VaeLoss {
  const stage = having("a stage { stage, channels }", "stage", "channels");
  const rules = { real: tensor(3), synthetic: tensor(3), latent: gaussianRule, stages: listOf(stage, 1) };
  check("vaeLoss", { real, synthetic, latent, stages }, rules);
  check("vaeLoss", { beta }, { beta: typeof beta === "object" ? tensor(0) : number() });
  const errors = real.sub(synthetic).square().mean<tf.Tensor1D>([0, 1]); // [C]
  const sizes = stages.map(({ channels }) => channels);
  const perStage = tf.split(errors, sizes).map((part) => part.mean<tf.Scalar>()); // one scalar a stage
  const reconstruction = tf.addN(perStage);
  const kl = klDivergence(latent);
  const named = Object.fromEntries(stages.map(({ stage }, i) => [`stage_${stage}`, perStage[i]!]));
  return { loss: reconstruction.add(kl.mul(beta)), reconstruction, kl, ...named };
}

/**
 * KL(N(mu, sigma^2) || N(0, I)): the sum over the latent of (sigma^2 + mu^2 - 1 - log sigma^2) / 2, averaged over the images.
 * @returns scalar >= 0
 * @see Kingma and Welling 2014, appendix B
 */
export function klDivergence(latent: Gaussian): tf.Scalar {
  check("klDivergence", { latent }, { latent: gaussianRule });
  const { mu, logVar } = latent;
  return logVar.exp().add(mu.square()).sub(1).sub(logVar).sum(-1).mean().mul(0.5);
}

/**
 * The weight of KL with a linear warm-up: 0 at step 0, and `beta` from step `warmup` on (O).
 * @param step counts from 0
 * @param options `beta`, 0.001 by default, and `warmup` in steps, 0 by default
 */
export function klWeight(step: number, options: { readonly beta?: number; readonly warmup?: number } = {}): number {
  const rules = { beta: optional(number()), warmup: optional(number(0)) };
  check("klWeight", { step, options }, { step: number(0), options: fields(rules) });
  const { beta = 1e-3, warmup = 0 } = options;
  return warmup > 0 ? beta * Math.min(1, step / warmup) : beta;
}
