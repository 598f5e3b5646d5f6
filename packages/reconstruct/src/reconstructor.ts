import { LtadError, type NdArray, type Tree } from "@ltad/core";
import { check } from "@ltad/core/check";
import { configRules } from "./config-rules.js";
import type { Module } from "@ltad/jit/nn";
import type * as tf from "@tensorflow/tfjs";
import { neighbourMask } from "./neighbour-mask.js";
import { initPrenorm, prenorm, type PrenormConfig, type PrenormParams } from "./prenorm.js";
import { initTokenMlp, tokenMlp, type TokenMlpConfig, type TokenMlpParams } from "./token-mlp.js";
import { initUniad, uniad, type UniadConfig, type UniadParams } from "./uniad.js";

// Shapes: B images, T tokens of an image (all N of the grid, or some), D channels, Z size of z.

/** The kind of the reconstruction module Pi, and its sizes. */
export type ReconstructConfig = TokenMlpConfig | UniadConfig | PrenormConfig;

/**
 * The arguments of Pi besides its parameters.
 * - tokens [B, T, D]
 * - z [B, Z], the image's vector; `uniad` does not read it
 * - positions int32 [B, T], the place y*columns + x of each token; if omitted, the tokens are the whole grid in order
 */
export type ReconstructInputs = [tokens: tf.Tensor3D, z: tf.Tensor2D, positions?: tf.Tensor2D];

/** The reconstruction module Pi, which predicts the normal version of each token, [B, T, D]. `forward` throws `LTAD_SHAPE` for tokens of the wrong shape. */
export interface Reconstructor<P extends Tree<NdArray> = Tree<NdArray>> extends Module<P, ReconstructInputs, tf.Tensor3D> {
  /** True when `forward` needs all tokens of the grid, in order. */
  readonly wholeGrid: boolean;
}

/**
 * Makes the reconstruction module of a config.
 * @throws LtadError `LTAD_CONFIG` when its sizes do not fit together
 */
export function reconstructor(config: TokenMlpConfig): Reconstructor<TokenMlpParams<NdArray>>;
export function reconstructor(config: PrenormConfig): Reconstructor<PrenormParams<NdArray>>;
export function reconstructor(config: UniadConfig): Reconstructor<UniadParams<NdArray>>;
export function reconstructor(config: ReconstructConfig): Reconstructor;
export function reconstructor(config: ReconstructConfig): Reconstructor {
  const kind = (config as ReconstructConfig | undefined)?.kind;
  if (kind === undefined || !Object.hasOwn(configRules, kind)) throw unknownKindError(kind);
  check("reconstructor", { config }, { config: configRules[kind] });
  switch (config.kind) {
    case "token-mlp":
      return tokenMlpReconstructor(config);
    case "prenorm":
      return prenormReconstructor(config);
    case "uniad":
      return uniadReconstructor(config);
    default:
      throw unknownKindError(config);
  }
}

function tokenMlpReconstructor(config: TokenMlpConfig): Reconstructor<TokenMlpParams<NdArray>> {
  return { wholeGrid: false, init: (rng) => initTokenMlp(config, rng), forward: tokenMlp };
}

function prenormReconstructor(config: PrenormConfig): Reconstructor<PrenormParams<NdArray>> {
  const { heads = 8 } = config;
  return {
    wholeGrid: false,
    init: (rng) => initPrenorm(config, rng),
    forward: (params, tokens, z, positions) => prenorm(params, tokens, z, heads, positions),
  };
}

function uniadReconstructor(config: UniadConfig): Reconstructor<UniadParams<NdArray>> {
  const { grid, heads = 8, neighbours = [7, 7], masked = [true, true, true] } = config;
  const mask = neighbours === false ? undefined : neighbourMask(grid, neighbours);
  const n = grid[0] * grid[1];
  return {
    wholeGrid: true,
    init: (rng) => initUniad(config, rng),
    forward(params, tokens, _z, positions) {
      if (positions || tokens.shape[1] !== n) throw partialGridError(n, tokens.shape[1], positions !== undefined);
      return uniad(params, tokens, { heads, mask, masked });
    },
  };
}

function partialGridError(expected: number, received: number, hasPositions: boolean): LtadError {
  const found = `${received}${hasPositions ? " with positions" : ""}`;
  const advice = "UniAD attends over the whole map; use token-mlp for subsets.";
  return new LtadError(
    "LTAD_SHAPE",
    `reconstruct uniad: expected all ${expected} tokens of the grid in order, received ${found}. ${advice}`,
    {
      details: { expected, received },
    },
  );
}

function unknownKindError(kind: unknown): LtadError {
  const message = `reconstruct.kind: expected token-mlp, uniad or prenorm, received ${String(kind)}. Choose one of them.`;
  return new LtadError("LTAD_CONFIG", message, { details: { field: "kind" } });
}
