import type { NdArray, Rng, Tree } from "@ltad/core";
import { initLinear } from "@ltad/jit/nn";
import type * as tf from "@tensorflow/tfjs";
import type { DecoderConfig } from "./decoder-plan.js";
import { decode, type DecoderParams, initDecoder } from "./decoder.js";
import { encode, type Gaussian, type LatentParams } from "./latent.js";
import { vaeLoss, type VaeLoss } from "./vae-loss.js";

/** Sizes of the conditional VAE. */
export interface VaeConfig extends DecoderConfig {
  readonly zSize: number;
}

/** F_mu, F_sigma and D. */
export type VaeParams<T = tf.Tensor> = LatentParams<T> & { readonly decoder: DecoderParams<T> };

/** Phase 1 without the class names: a VAE whose encoder is the frozen image encoder and whose decoder is told the class by a text vector. */
export interface ConditionalVae {
  /** Fresh parameters; log sigma^2 starts at 0. */
  init(rng: Rng): VaeParams<NdArray>;
  /** mu and log sigma^2, [B, L] each. @param z [B, Z] standardised */
  encode(params: VaeParams | Tree<tf.Tensor>, z: tf.Tensor2D): Gaussian;
  /** f_syn [B, N, C]. @param latent z_hat [B, L] @param text t_c [B, E] */
  decode(params: VaeParams | Tree<tf.Tensor>, latent: tf.Tensor2D, text: tf.Tensor2D): tf.Tensor3D;
  /** The loss of phase 1; see `vaeLoss`. */
  loss(real: tf.Tensor3D, synthetic: tf.Tensor3D, latent: Gaussian, beta: number | tf.Scalar): VaeLoss;
}

/** The conditional VAE of a config. */
export function conditionalVae(config: VaeConfig): ConditionalVae {
  const { zSize, latent = 64 } = config;
  return {
    init: (rng) => ({
      mu: initLinear(zSize, latent, rng),
      log_var: scaled(initLinear(zSize, latent, rng), 0.1),
      decoder: initDecoder(config, rng),
    }),
    encode: (params, z) => encode(params as VaeParams, z),
    decode: (params, z, text) => decode((params as VaeParams).decoder, z, text, config),
    loss: (real, synthetic, distribution, beta) => vaeLoss(real, synthetic, distribution, config.stages, beta),
  };
}

/** A map with a smaller weight: the deviations start near 1 whatever z is. */
function scaled({ weight, bias }: { weight: NdArray; bias: NdArray }, factor: number) {
  return { weight: { ...weight, data: weight.data.map((x) => x * factor) }, bias };
}
