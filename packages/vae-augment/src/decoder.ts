import type { NdArray, Rng } from "@ltad/core";
import { initLinear, linear, type Linear, resizeBilinear } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";
import { type Convolution, convolve, convolveUp, initConvolution, initUpConvolution, silu } from "./convolution.js";
import { type DecoderConfig, type LevelPlan, planDecoder } from "./decoder-plan.js";

// Shapes: B images, L latent, E width of the text vectors, W channels of a map, g grid, N = g * g tokens, C_l channels of stage l, C their sum.

type Level<T> = { readonly convolutions: Readonly<Record<string, Convolution<T>>>; readonly head: Linear<T> };

/** Parameters of D: `seed` makes the first small map, then one level for each stage under the stage's number. */
export type DecoderParams<T = tf.Tensor> = { readonly seed: Linear<T>; readonly levels: Readonly<Record<string, Level<T>>> };

/**
 * Fresh parameters.
 * @throws LtadError `LTAD_CONFIG` when the stages are not in order
 */
export function initDecoder(config: DecoderConfig, rng: Rng): DecoderParams<NdArray> {
  const { seed, levels } = planDecoder(config);
  const { textSize, latent = 64 } = config;
  return {
    seed: initLinear(latent + textSize, seed.size * seed.size * seed.channels, rng),
    levels: Object.fromEntries(levels.map((level) => [level.stage, initLevel(level, rng)])),
  };
}

function initLevel({ steps, channels }: LevelPlan, rng: Rng): Level<NdArray> {
  const make = { up: initUpConvolution, same: initConvolution };
  return {
    convolutions: Object.fromEntries(steps.map(({ kind, inputs, outputs }, i) => [i, make[kind](inputs, outputs, rng)])),
    head: initLinear(steps.at(-1)!.outputs, channels, rng),
  };
}

/**
 * D([z_hat; t_c]) = f_syn (P): the synthetic maps of all used stages, on the grid.
 * @param latent z_hat, [B, L]
 * @param text t_c, [B, E], unit length
 * @returns tokens [B, N, C], stages in ascending order
 */
export function decode(p: DecoderParams, latent: tf.Tensor2D, text: tf.Tensor2D, config: DecoderConfig): tf.Tensor3D {
  const { seed, levels } = planDecoder(config);
  let map = silu(linear(p.seed, tf.concat([latent, text], 1))).reshape<tf.Tensor4D>([-1, seed.size, seed.size, seed.channels]);
  const parts = levels.map(({ stage, steps }) => {
    const { convolutions, head } = p.levels[stage]!;
    for (const [i, { kind, size }] of steps.entries()) {
      const convolution = convolutions[i]!;
      map = silu(kind === "up" ? convolveUp(convolution, map, [size, size]) : convolve(convolution, map)); // [B, size, size, W]
    }
    return onGrid(linear(head, map), config.grid); // [B, N, C_l]
  });
  return tf.concat(parts.toReversed(), 2);
}

/** A stage's map as tokens of the grid: [B, r, r, C_l] -> [B, N, C_l]. */
function onGrid(map: tf.Tensor4D, grid: number): tf.Tensor3D {
  const resized = map.shape[1] === grid ? map : resizeBilinear(map, [grid, grid]);
  return resized.reshape([-1, grid * grid, map.shape[3]]);
}
