import { LtadError, type NdArray, type Rng } from "@ltad/core";
import type { StageSpec } from "@ltad/encoder";
import * as tf from "@tensorflow/tfjs";
import { resizeBilinear } from "./bilinear.js";
import { type Convolution, convolve, convolveUp, initConvolution, initUpConvolution, silu } from "./convolution.js";
import { initLinear, linear, type Linear } from "./linear.js";

// Shapes: B images, L latent, E width of the text vectors, W width of the decoder, g grid, N = g * g tokens, C_l channels of stage l, C their sum.

/** Sizes of D. */
export interface DecoderConfig {
  /** the used stages in ascending order, as the channels of a token hold them */
  readonly stages: readonly StageSpec[];
  /** g, places along one side of the grid */
  readonly grid: number;
  /** image pixels per place of the grid; stages of larger stride are decoded on a coarser map of their own */
  readonly gridStride: number;
  /** E */
  readonly textSize: number;
  /** L; 64 */
  readonly latent?: number;
  /** W; 64 */
  readonly width?: number;
}

type Level<T> = { readonly convolutions: Readonly<Record<string, Convolution<T>>>; readonly head: Linear<T> };

/** Parameters of D: `seed` makes the first small map, then one level for each stage under the stage's number. */
export type DecoderParams<T = tf.Tensor> = { readonly seed: Linear<T>; readonly levels: Readonly<Record<string, Level<T>>> };

/** What D does on its way from the deepest stage to the first: the sizes of the maps one level goes through, the last is the stage's own. */
interface LevelPlan extends StageSpec {
  readonly sizes: readonly number[];
}

/**
 * D mirrors E (P: reverse order; O: the blocks). The seed is the grid halved three times. Each level doubles the map until it has its
 * stage's size, or, where that is reached, convolves it once more; a linear head then gives the stage's channels.
 */
export function planLevels({ stages, grid, gridStride }: DecoderConfig): { seed: number; levels: LevelPlan[] } {
  const half = (n: number) => Math.ceil(n / 2);
  const ladder = [grid, half(grid), half(half(grid)), half(half(half(grid)))] as const;
  let at = 3;
  const levels = stages.toReversed().map((stage) => {
    const target = Math.min(2, Math.max(0, Math.round(Math.log2(stage.stride / gridStride))));
    const sizes = at > target ? ladder.slice(target, at).toReversed() : [ladder[at] as number];
    at = Math.min(at, target);
    return { ...stage, sizes };
  });
  return { seed: ladder[3], levels };
}

/**
 * Fresh parameters.
 * @throws LtadError `LTAD_CONFIG` when there is no stage, or they are not in ascending order
 */
export function initDecoder(config: DecoderConfig, rng: Rng): DecoderParams<NdArray> {
  checkStages(config.stages);
  const { textSize, latent = 64, width = 64 } = config;
  const { seed, levels } = planLevels(config);
  const convolution = { up: initUpConvolution, same: initConvolution };
  let before = seed;
  const initLevel = ({ channels, sizes }: LevelPlan): Level<NdArray> => {
    const made = sizes.map((size, i) => [i, convolution[size > (sizes[i - 1] ?? before) ? "up" : "same"](width, width, rng)]);
    before = sizes.at(-1) as number;
    return { convolutions: Object.fromEntries(made) as Level<NdArray>["convolutions"], head: initLinear(width, channels, rng) };
  };
  return {
    seed: initLinear(latent + textSize, seed * seed * width, rng),
    levels: Object.fromEntries(levels.map((level) => [level.stage, initLevel(level)])),
  };
}

/**
 * D([z_hat; t_c]) = f_syn (P): the synthetic maps of all used stages, on the grid.
 * @param latent z_hat, [B, L]
 * @param text t_c, [B, E], unit length
 * @returns tokens [B, N, C], stages in ascending order
 */
export function decode(p: DecoderParams, latent: tf.Tensor2D, text: tf.Tensor2D, config: DecoderConfig): tf.Tensor3D {
  const { width = 64, grid } = config;
  const { seed, levels } = planLevels(config);
  let map = silu(linear(p.seed, tf.concat([latent, text], 1))).reshape<tf.Tensor4D>([-1, seed, seed, width]);
  const parts = levels.map(({ stage, sizes }) => {
    const level = p.levels[stage] as Level<tf.Tensor>;
    sizes.forEach((size, i) => {
      const convolution = level.convolutions[i] as Convolution;
      map = silu(size > map.shape[1] ? convolveUp(convolution, map, [size, size]) : convolve(convolution, map)); // [B, size, size, W]
    });
    return onGrid(linear(level.head, map), grid); // [B, N, C_l]
  });
  return tf.concat(parts.toReversed(), 2);
}

/** A stage's map as tokens of the grid: [B, r, r, C_l] -> [B, N, C_l]. */
function onGrid(map: tf.Tensor4D, grid: number): tf.Tensor3D {
  const resized = map.shape[1] === grid ? map : resizeBilinear(map, grid);
  return resized.reshape([-1, grid * grid, map.shape[3]]);
}

function checkStages(stages: readonly StageSpec[]): void {
  const numbers = stages.map(({ stage }) => stage);
  if (numbers.length > 0 && numbers.every((n, i) => i === 0 || n > (numbers[i - 1] as number))) return;
  throw new LtadError(
    "LTAD_CONFIG",
    `vae-augment.stages: expected one or more stages in ascending order, received [${numbers.join(", ")}].`,
    {
      details: { field: "stages", received: numbers },
    },
  );
}
