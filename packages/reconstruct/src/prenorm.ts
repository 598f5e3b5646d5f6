import { listOf, type NdArray, type Rng } from "@ltad/core";
import { gelu, linear, type Linear, zeroLinear } from "@ltad/jit/nn";
import type * as tf from "@tensorflow/tfjs";
import { attend } from "./attention.js";
import { embed, type Embedding, initEmbedding } from "./embedding.js";
import { initEncoderLayer } from "./init-uniad.js";
import { initNorm, normalise, type Norm } from "./norm.js";
import { checkHeads, layersOf } from "./layers.js";
import type { EncoderLayer } from "./uniad.js";

// Shapes: B images, T tokens of an image (all N of the grid, or some), D channels, W width, H heads, Z size of z.

/** A pre-norm transformer between the embedding and the head of the token MLP: tokens of an image see each other. */
export interface PrenormConfig {
  readonly kind: "prenorm";
  /** D, channels of a token */
  readonly channels: number;
  /** rows and columns of the grid; N = rows * columns */
  readonly grid: readonly [rows: number, columns: number];
  readonly zSize: number;
  /** W; 256 */
  readonly width?: number;
  /** 8 */
  readonly heads?: number;
  /** 4 */
  readonly layers?: number;
  /** inner width of the feed-forward parts; 1024 */
  readonly hidden?: number;
}

/** Parameters of {@link prenormStack} under the names of torch.nn.TransformerEncoder. */
export type PrenormStack<T = tf.Tensor> = { readonly layers: Readonly<Record<string, EncoderLayer<T>>>; readonly norm: Norm<T> };

/** Parameters of {@link prenorm}. */
export type PrenormParams<T = tf.Tensor> = Embedding<T> & { readonly stack: PrenormStack<T>; readonly output: Linear<T> };

/**
 * Fresh parameters; the last layer is 0.
 * @throws LtadError `LTAD_CONFIG` when the heads do not divide the width
 */
export function initPrenorm(config: PrenormConfig, rng: Rng): PrenormParams<NdArray> {
  const { channels, grid, zSize, width = 256, heads = 8, layers = 4, hidden = 1024 } = config;
  checkHeads(width, heads);
  return {
    ...initEmbedding({ channels, tokens: grid[0] * grid[1], zSize, width }, rng),
    stack: { layers: layersOf(layers, () => initEncoderLayer(width, hidden, rng)), norm: initNorm(width) },
    output: zeroLinear(width, channels),
  };
}

/**
 * Pi(p): h = Lin(p) + pos + Lin(z), the stack, Lin.
 * @param tokens [B, T, D]
 * @param z [B, Z]
 * @param positions [B, T] int32, places on the grid; without it T must be N
 * @returns [B, T, D]
 */
export function prenorm(p: PrenormParams, tokens: tf.Tensor3D, z: tf.Tensor2D, heads: number, positions?: tf.Tensor2D): tf.Tensor3D {
  return linear(p.output, prenormStack(p.stack, embed(p, tokens, z, positions), heads));
}

/**
 * x += attention(norm1(x)); x += linear2(gelu(linear1(norm2(x)))); a norm at the end.
 * @param x [B, T, W]
 * @returns [B, T, W]
 * @see torch.nn.TransformerEncoder with norm_first, gelu and layer_norm_eps 1e-6
 */
export function prenormStack(p: PrenormStack, x: tf.Tensor3D, heads: number): tf.Tensor3D {
  let h = x;
  for (const layer of listOf(p.layers)) {
    const seen = normalise(layer.norm1, h, 1e-6);
    h = h.add(attend(layer.self_attn, { query: seen, key: seen, value: seen }, heads));
    h = h.add(linear(layer.linear2, gelu(linear(layer.linear1, normalise(layer.norm2, h, 1e-6)))));
  }
  return normalise(p.norm, h, 1e-6);
}
