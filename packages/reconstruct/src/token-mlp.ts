import { listOf, type NdArray, type Rng } from "@ltad/core";
import { anything, check, recordOf, rng as random, tensor } from "@ltad/core/check";
import {
  feedForward,
  gelu,
  initLayerNorm,
  initLinear,
  layerNorm,
  type LayerNorm,
  layersOf,
  linear,
  type Linear,
  zeroLinear,
} from "@ltad/jit/nn";
import type * as tf from "@tensorflow/tfjs";
import { configRules } from "./config-rules.js";
import { embedTokens, initTokenEmbedding, type TokenEmbedding } from "./token-embedding.js";

// Shapes: B images, T tokens of an image (all N of the grid, or some), D channels, W width, F inner width, Z size of z.

/** The recommended reconstruction module, which reconstructs every token separately from its content, its place and its image. */
export interface TokenMlpConfig {
  readonly kind: "token-mlp";
  /** D, channels of a token */
  readonly channels: number;
  /** rows and columns of the grid; N = rows * columns */
  readonly grid: readonly [rows: number, columns: number];
  readonly zSize: number;
  /** W; 256 by default */
  readonly width?: number;
  /** F; 512 by default */
  readonly hidden?: number;
  /** residual blocks; 3 by default */
  readonly blocks?: number;
}

type Block<T> = { readonly norm: LayerNorm<T>; readonly linear1: Linear<T>; readonly linear2: Linear<T> };

/** The parameters of {@link tokenMlp}. */
export type TokenMlpParams<T = tf.Tensor> = TokenEmbedding<T> & {
  readonly blocks: Readonly<Record<string, Block<T>>>;
  readonly norm: LayerNorm<T>;
  readonly output: Linear<T>;
};

/** Initialises the parameters. The last layer is 0, so the first reconstruction is 0, the mean of standardised features. */
export function initTokenMlp(config: TokenMlpConfig, rng: Rng): TokenMlpParams<NdArray> {
  check("initTokenMlp", { config, rng }, { config: configRules["token-mlp"], rng: random });
  const { channels, grid, zSize, width = 256, hidden = 512, blocks = 3 } = config;
  return {
    ...initTokenEmbedding({ channels, tokens: grid[0] * grid[1], zSize, width }, rng),
    blocks: layersOf(blocks, () => initBlock(width, hidden, rng)),
    norm: initLayerNorm(width),
    output: zeroLinear(width, channels),
  };
}

function initBlock(width: number, hidden: number, rng: Rng): Block<NdArray> {
  return { norm: initLayerNorm(width), linear1: initLinear(width, hidden, rng), linear2: initLinear(hidden, width, rng) };
}

/**
 * Reconstructs tokens: h = Lin(p) + pos + Lin(z); h += Lin(GELU(Lin(LN h))) for each block; then Lin(LN h).
 * @param tokens [B, T, D]
 * @param z [B, Z], the vector of each image
 * @param positions [B, T] int32, the place y*columns + x of each token; if omitted, the tokens are the whole grid in order
 * @returns [B, T, D]
 * @throws LtadError `LTAD_SHAPE` when positions are missing and T is not N
 * @see docs/method.md, "Recommended settings" 6
 */
export function tokenMlp(p: TokenMlpParams, tokens: tf.Tensor3D, z: tf.Tensor2D, positions?: tf.Tensor2D): tf.Tensor3D {
  check("tokenMlp", { p, tokens, z }, { p: recordOf(anything), tokens: tensor(3), z: tensor(2) });
  let h = embedTokens(p, tokens, z, positions); // [B, T, W]
  for (const { norm, linear1, linear2 } of listOf(p.blocks)) {
    h = h.add(feedForward(linear1, linear2, gelu, layerNorm(norm, h))); // [B, T, W] -> [B, T, F] -> [B, T, W]
  }
  return linear(p.output, layerNorm(p.norm, h)); // [B, T, D]
}
