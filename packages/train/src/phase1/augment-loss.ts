import type { NdArray, Tree } from "@ltad/core";
import type { TextEncoder } from "@ltad/encoder";
import { type ClassStatistics, type FeatureSpec, standardZ, statisticsTables, type StatisticsTree } from "@ltad/features";
import { f32, i32, type TensorsFor, type TensorsOf } from "@ltad/jit";
import { classTexts, conditionalVae, type VaeConfig, type VaeParams } from "@ltad/vae-augment";
import * as tf from "@tensorflow/tfjs";
import type { TrainConfig } from "../config/config-schema.js";

// Shapes: B images a step, N tokens, C channels, L latent, K classes, M tokens of a name, Dt text size.

/** What phase 1 learns: the class names s_c [K, M, tokenSize] and the VAE. */
export type AugmentParams = {
  readonly names: NdArray;
  readonly vae: VaeParams<NdArray>;
};

/** What phase 1 leaves as it is. */
export type AugmentConstants = {
  readonly tables: StatisticsTree;
  readonly text: Tree<NdArray>;
};

/** The statistics that the VAE looks at: it works on features in units of the channels' deviations, without whitening. */
export function vaeTables({ channelMean, channelDeviation, positionMean, zMean, zDeviation, classZ }: ClassStatistics): StatisticsTree {
  return { channelMean, channelDeviation, positionMean, zMean, zDeviation, classZ };
}

/** The inputs of one step of phase 1. */
export type AugmentInputs = ReturnType<typeof augmentInputs>;

export function augmentInputs({ augment }: TrainConfig, spec: FeatureSpec) {
  const { batch, latent } = augment;
  return {
    features: f32(batch, spec.tokens, spec.channels),
    z: f32(batch, spec.zSize),
    label: i32(batch),
    eps: f32(batch, latent), // standard normal noise of the latent
    beta: f32(),
  };
}

/**
 * The loss of phase 1: sum_l mean((f_real_l - f_syn_l)^2) + beta KL, f in units of the channels' deviation.
 * @see method.md, Phase 1
 */
export function augmentLoss(config: VaeConfig, text: TextEncoder) {
  const vae = conditionalVae(config);
  return (learned: TensorsOf<AugmentParams>, batch: TensorsFor<AugmentInputs>, frozen: TensorsOf<AugmentConstants>) => {
    const tables = statisticsTables(frozen.tables);
    const real: tf.Tensor3D = tf.div(tf.sub(batch.features, tables.channelMean), tables.channelDeviation); // [B, N, C]
    const texts = classTexts((tokens) => text.forward(frozen.text, tokens), learned.names); // [K, Dt]
    const condition = tf.gather(texts, batch.label); // [B, Dt]
    const { latent, synthetic } = vae.forward(learned.vae, standardZ(tables, batch.z), batch.eps, condition); // synthetic [B, N, C]
    return vae.loss(real, synthetic, latent, batch.beta);
  };
}
