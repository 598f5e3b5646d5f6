import type { NdArray, Rng } from "@ltad/core";
import { check, fields, having, listOf, optional, tensor, whole } from "@ltad/core/check";
import type { TensorsOf } from "@ltad/jit";
import {
  type Conv2d,
  conv2d,
  convTranspose,
  initConv2d,
  initConvTranspose,
  initLinear,
  linear,
  type Linear,
  type Module,
  resizeBilinear,
  silu,
} from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";
import { type DecoderConfig, type DecoderStep, type LevelPlan, planDecoder } from "./decoder-plan.js";
import { type Gaussian, type VaeLoss, vaeLoss } from "./loss.js";

// Shapes: B images, Z size of z, L latent, E width of the text vectors, W channels of a map, r side of a map, g grid, N = g * g tokens,
// C_l channels of stage l, C their sum. Maps are NHWC.
// (P) marks what the paper says, and (O) our own choice; docs/method.md goes through both.

/** The sizes of the conditional VAE. */
export interface VaeConfig extends DecoderConfig {
  readonly zSize: number;
}

/** F_mu and F_sigma, which are linear maps of z (P); the second predicts log sigma^2 (O). */
export type LatentParams<T = tf.Tensor> = { readonly mu: Linear<T>; readonly log_var: Linear<T> };

/** The parameters of the decoder D. `seed` makes the first small map, and each stage has a level under its number. */
export type DecoderParams<T = tf.Tensor> = { readonly seed: Linear<T>; readonly levels: Readonly<Record<string, Level<T>>> };

type Level<T = tf.Tensor> = { readonly convolutions: Readonly<Record<string, Conv2d<T>>>; readonly head: Linear<T> };

/** The parameters of F_mu, F_sigma and D. */
export type VaeParams<T = tf.Tensor> = LatentParams<T> & { readonly decoder: DecoderParams<T> };

/** The inputs of a pass: z [B, Z], standardised; eps [B, L], standard normal; and the class vectors t_c [B, E] of unit length. */
export type VaeInputs = [z: tf.Tensor2D, eps: tf.Tensor2D, text: tf.Tensor2D];

/** What a pass through the VAE computes. */
export interface VaeOutputs {
  readonly latent: Gaussian;
  /** f_syn [B, N, C] */
  readonly synthetic: tf.Tensor3D;
}

/**
 * Phase 1 without the class names: a VAE whose encoder is the frozen image encoder, and whose decoder receives the class as a text vector.
 * `forward` encodes, samples and decodes.
 */
export interface ConditionalVae extends Module<VaeParams<NdArray>, VaeInputs, VaeOutputs> {
  /** Computes mu and log sigma^2, [B, L] each. @param z [B, Z], standardised */
  encode(params: TensorsOf<VaeParams<NdArray>>, z: tf.Tensor2D): Gaussian;
  /** Computes f_syn [B, N, C]. @param latent z_hat [B, L] @param text t_c [B, E] */
  decode(params: TensorsOf<VaeParams<NdArray>>, latent: tf.Tensor2D, text: tf.Tensor2D): tf.Tensor3D;
  /** Computes the loss of phase 1 for the stages of this VAE; see `vaeLoss`. */
  loss(real: tf.Tensor3D, synthetic: tf.Tensor3D, latent: Gaussian, beta: number | tf.Scalar): VaeLoss;
}

const sizeRule = whole(1);
const configRule = fields({
  stages: listOf(having("a stage { stage, channels, stride }", "stage", "channels", "stride")),
  grid: sizeRule,
  gridStride: sizeRule,
  textSize: sizeRule,
  zSize: sizeRule,
  latent: optional(sizeRule),
  width: optional(sizeRule),
});

/**
 * Makes the conditional VAE of a config.
 * @throws LtadError `LTAD_CONFIG` when a size is not a whole number of 1 or more; `init` also when the stages are not in ascending order
 */
export function conditionalVae(config: VaeConfig): ConditionalVae {
  check("conditionalVae", { config }, { config: configRule });
  return {
    init: (rng) => initVae(config, rng),
    forward(params, z, eps, text) {
      const latent = encode(params, z); // [B, L] each
      return { latent, synthetic: decode(params.decoder, sample(latent, eps), text, config) };
    },
    encode,
    decode: (params, latent, text) => decode(params.decoder, latent, text, config),
    loss: (real, synthetic, latent, beta) => vaeLoss(real, synthetic, latent, config.stages, beta),
  };
}

/**
 * Initialises the parameters. The weight of log sigma^2 is small, so every deviation starts near 1.
 * @throws LtadError `LTAD_CONFIG` when the stages are not in ascending order
 */
function initVae(config: VaeConfig, rng: Rng): VaeParams<NdArray> {
  const { zSize, textSize, latent = 64 } = config;
  const mu = initLinear(zSize, latent, rng);
  const { weight, bias } = initLinear(zSize, latent, rng);
  const log_var = { weight: { ...weight, data: weight.data.map((x) => 0.1 * x) }, bias };
  const { seed, levels } = planDecoder(config);
  return {
    mu,
    log_var,
    decoder: {
      seed: initLinear(latent + textSize, seed.size * seed.size * seed.channels, rng),
      levels: Object.fromEntries(levels.map((level) => [level.stage, initLevel(level, rng)])),
    },
  };
}

function initLevel({ steps, channels }: LevelPlan, rng: Rng): Level<NdArray> {
  const init = { up: initConvTranspose, same: initConv2d };
  return {
    convolutions: Object.fromEntries(steps.map(({ kind, inputs, outputs }, i) => [i, init[kind](inputs, outputs, rng)])),
    head: initLinear(steps.at(-1)!.outputs, channels, rng),
  };
}

/**
 * Encodes z: mu = F_mu(z) and log sigma^2 = F_sigma(z).
 * @param z [B, Z], standardised
 * @returns [B, L] each
 */
export function encode(p: LatentParams, z: tf.Tensor2D): Gaussian {
  return { mu: linear(p.mu, z), logVar: linear(p.log_var, z) };
}

/**
 * Samples the latent: z_hat = mu + sigma eps.
 * @param eps standard normal, [B, L]; zeros give the mean
 * @returns [B, L]
 * @see Kingma and Welling 2014, section 2.4
 */
export function sample(latent: Gaussian, eps: tf.Tensor2D): tf.Tensor2D {
  check("sample", { latent, eps }, { latent: fields({ mu: tensor(2), logVar: tensor(2) }), eps: tensor(2) });
  const { mu, logVar } = latent;
  return mu.add(logVar.mul(0.5).exp().mul(eps));
}

/**
 * Decodes f_syn = D([z_hat; t_c]) (P): the synthetic features of all stages in use, on the grid.
 * @param latent z_hat, [B, L]
 * @param text t_c, [B, E], unit length
 * @returns tokens [B, N, C], stages in ascending order
 */
function decode(p: DecoderParams, latent: tf.Tensor2D, text: tf.Tensor2D, config: DecoderConfig): tf.Tensor3D {
  const { seed, levels } = planDecoder(config);
  const first = silu(linear(p.seed, tf.concat([latent, text], 1))); // [B, r r W]
  let map: tf.Tensor4D = first.reshape([-1, seed.size, seed.size, seed.channels]); // [B, r, r, W]
  const parts = levels.map(({ stage, steps }) => {
    const { convolutions, head } = p.levels[stage]!;
    for (const [i, step] of steps.entries()) map = silu(convolve(convolutions[i]!, map, step)); // [B, size, size, W]
    return onGrid(linear(head, map), config.grid); // [B, N, C_l]
  });
  return tf.concat(parts.toReversed(), 2); // [B, N, C]
}

/** [B, r, r, W] -> [B, size, size, W] */
function convolve(p: Conv2d, map: tf.Tensor4D, { kind, size }: DecoderStep): tf.Tensor4D {
  return kind === "up" ? convTranspose(p, map, [size, size]) : conv2d(p, map);
}

/** Resizes the map of a stage to the grid and flattens it into tokens: [B, r, r, C_l] -> [B, N, C_l]. */
function onGrid(map: tf.Tensor4D, grid: number): tf.Tensor3D {
  const resized = map.shape[1] === grid ? map : resizeBilinear(map, [grid, grid]); // [B, g, g, C_l]
  return resized.reshape([-1, grid * grid, map.shape[3]]);
}
