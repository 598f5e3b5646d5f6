import type { NdArray, Rng } from "@ltad/core";
import { listOf } from "@ltad/core";
import { gelu, initLinear, linear, type Linear, zeroLinear } from "@ltad/jit/nn";
import type * as tf from "@tensorflow/tfjs";
import { embed, type Embedding, initEmbedding } from "./embedding.js";
import { initNorm, normalise, type Norm } from "./norm.js";

// Shapes: B images, T tokens of an image (all N of the grid, or some), D channels, W width, F inner width, Z size of z.

/** The recommended Pi: every token is reconstructed on its own, knowing its place and its image. */
export interface TokenMlpConfig {
  readonly kind: "token-mlp";
  /** D, channels of a token */
  readonly channels: number;
  /** rows and columns of the grid; N = rows * columns */
  readonly grid: readonly [rows: number, columns: number];
  readonly zSize: number;
  /** W; 256 */
  readonly width?: number;
  /** F; 512 */
  readonly hidden?: number;
  /** residual blocks; 3 */
  readonly blocks?: number;
}

type Block<T> = { readonly norm: Norm<T>; readonly linear1: Linear<T>; readonly linear2: Linear<T> };

/** Parameters of {@link tokenMlp}. */
export type TokenMlpParams<T = tf.Tensor> = Embedding<T> & {
  readonly blocks: Readonly<Record<string, Block<T>>>;
  readonly norm: Norm<T>;
  readonly output: Linear<T>;
};

/** Fresh parameters; the last layer is 0, so the first reconstruction is 0, the mean of standardised features. */
export function initTokenMlp(config: TokenMlpConfig, rng: Rng): TokenMlpParams<NdArray> {
  const { channels, grid, zSize, width = 256, hidden = 512, blocks = 3 } = config;
  return {
    ...initEmbedding({ channels, tokens: grid[0] * grid[1], zSize, width }, rng),
    blocks: Object.fromEntries(Array.from({ length: blocks }, (_, i) => [i, initBlock(width, hidden, rng)])),
    norm: initNorm(width),
    output: zeroLinear(width, channels),
  };
}

function initBlock(width: number, hidden: number, rng: Rng): Block<NdArray> {
  return { norm: initNorm(width), linear1: initLinear(width, hidden, rng), linear2: initLinear(hidden, width, rng) };
}

/**
 * Pi(p): h = Lin(p) + pos + Lin(z); h += Lin(GELU(Lin(LN h))) for each block; Lin(LN h).
 * @param tokens [B, T, D]
 * @param z [B, Z]
 * @param positions [B, T] int32, places on the grid; without it T must be N
 * @returns [B, T, D]
 * @see method.md, "Recommended settings" 4 (O)
 */
export function tokenMlp(p: TokenMlpParams, tokens: tf.Tensor3D, z: tf.Tensor2D, positions?: tf.Tensor2D): tf.Tensor3D {
  let h = embed(p, tokens, z, positions); // [B, T, W]
  for (const block of listOf(p.blocks)) {
    const inner = gelu(linear(block.linear1, normalise(block.norm, h))); // [B, T, F]
    h = h.add(linear(block.linear2, inner));
  }
  return linear(p.output, normalise(p.norm, h));
}
