import { LtadError, type NdArray, type Rng, type Tree } from "@ltad/core";
import type * as tf from "@tensorflow/tfjs";
import { initUniad, type UniadConfig } from "./init-uniad.js";
import { neighbourMask } from "./neighbour-mask.js";
import { initPrenorm, prenorm, type PrenormConfig, type PrenormParams } from "./prenorm.js";
import { initTokenMlp, tokenMlp, type TokenMlpConfig, type TokenMlpParams } from "./token-mlp.js";
import { uniad, type UniadParams } from "./uniad.js";

/** Which Pi, and its sizes. */
export type ReconstructConfig = TokenMlpConfig | UniadConfig | PrenormConfig;

/** Pi: tokens in, the normal tokens nearest to them out. */
export interface Reconstructor {
  /** True when {@link forward} needs all tokens of the grid, in order. */
  readonly wholeGrid: boolean;
  /** Fresh parameters. */
  init(rng: Rng): Tree<NdArray>;
  /**
   * @param params as {@link init} makes them, as tensors
   * @param tokens [B, T, D]
   * @param z [B, Z] the image's vector; `uniad` does not read it
   * @param positions [B, T] int32, place y*columns + x of each token; without it T must be N, in order
   * @returns [B, T, D]
   * @throws LtadError `LTAD_SHAPE` when the tokens are not what this Pi needs
   */
  forward(params: Tree<tf.Tensor>, tokens: tf.Tensor3D, z: tf.Tensor2D, positions?: tf.Tensor2D): tf.Tensor3D;
}

/**
 * The reconstruction module of a config.
 * @throws LtadError `LTAD_CONFIG` when its sizes do not fit together
 */
export function reconstructor(config: ReconstructConfig): Reconstructor {
  switch (config.kind) {
    case "token-mlp":
      return {
        wholeGrid: false,
        init: (rng) => initTokenMlp(config, rng),
        forward: (params, ...inputs) => tokenMlp(params as TokenMlpParams, ...inputs),
      };
    case "prenorm":
      return {
        wholeGrid: false,
        init: (rng) => initPrenorm(config, rng),
        forward: (params, tokens, z, positions) => prenorm(params as PrenormParams, tokens, z, config.heads ?? 8, positions),
      };
    case "uniad":
      return wholeGridReconstructor(config);
    default:
      return unknownKind(config);
  }
}

function unknownKind(config: never): never {
  const { kind } = config as { kind: unknown };
  throw new LtadError(
    "LTAD_CONFIG",
    `reconstruct.kind: expected token-mlp, uniad or prenorm, received ${String(kind)}. Choose one of them.`,
    {
      details: { field: "kind" },
    },
  );
}

function wholeGridReconstructor(config: UniadConfig): Reconstructor {
  const { grid, heads = 8, neighbours = [7, 7], masked = [true, true, true] } = config;
  const mask = neighbours === false ? undefined : neighbourMask(grid, neighbours);
  const n = grid[0] * grid[1];
  return {
    wholeGrid: true,
    init: (rng) => initUniad(config, rng),
    forward(params, tokens, _z, positions) {
      if (!positions && tokens.shape[1] === n) return uniad(params as UniadParams, tokens, { heads, mask, masked });
      const received = `${tokens.shape[1]}${positions ? " with positions" : ""}`;
      throw new LtadError(
        "LTAD_SHAPE",
        `reconstruct uniad: expected all ${n} tokens of the grid in order, received ${received}. It attends over the whole map; use token-mlp for subsets.`,
      );
    },
  };
}
