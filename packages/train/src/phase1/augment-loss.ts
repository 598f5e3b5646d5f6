import { branchOf, type Tree } from "@ltad/core";
import type { TextEncoder } from "@ltad/encoder";
import { standardZ, statisticsTables } from "@ltad/features";
import type { Tensors } from "@ltad/jit";
import { classTexts, conditionalVae, sample, type VaeConfig } from "@ltad/vae-augment";
import * as tf from "@tensorflow/tfjs";

// Shapes: B images a step, N tokens, C channels, L latent, K classes, Dt text size.

/**
 * The loss of phase 1: sum_l mean((f_real_l - f_syn_l)^2) + beta KL, f in units of the channels' deviation.
 * @see method.md, Phase 1
 */
export function augmentLoss(learned: { names: tf.Tensor; vae: Tree<tf.Tensor> }, inputs: Tensors, config: VaeConfig, text: TextEncoder) {
  const vae = conditionalVae(config);
  const tables = statisticsTables(branchOf(inputs, "tables"));
  const real: tf.Tensor3D = tf.div(tf.sub(inputs["features"] as tf.Tensor3D, tables.channelMean), tables.channelDeviation); // [B, N, C]
  const latent = vae.encode(learned.vae, standardZ(tables, inputs["z"] as tf.Tensor2D)); // [B, L]
  const texts = classTexts((tokens) => text.forward(branchOf(inputs, "text"), tokens), learned.names as tf.Tensor3D); // [K, Dt]
  const condition = tf.gather(texts, inputs["label"] as tf.Tensor1D); // [B, Dt]
  const synthetic = vae.decode(learned.vae, sample(latent, inputs["eps"] as tf.Tensor2D), condition); // [B, N, C]
  return vae.loss(real, synthetic, latent, inputs["beta"] as tf.Scalar);
}
