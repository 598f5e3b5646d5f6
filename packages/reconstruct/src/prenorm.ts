import { listOf, type NdArray, type Rng } from "@ltad/core";
import { anything, check, recordOf, rng as random, tensor, whole } from "@ltad/core/check";
import {
  feedForward,
  gelu,
  initLayerNorm,
  initTransformerLayer,
  layerNorm,
  type LayerNorm,
  layersOf,
  linear,
  type Linear,
  multiHeadAttention,
  preNormLayer,
  type TransformerLayer,
  unpacked,
  zeroLinear,
} from "@ltad/jit/nn";
import type * as tf from "@tensorflow/tfjs";
import { configRules } from "./config-rules.js";
import { checkHeads } from "./check-heads.js";
import { embedTokens, initTokenEmbedding, type TokenEmbedding } from "./token-embedding.js";

// Shapes: B images, T tokens of an image (all N of the grid, or some), D channels, W width, H heads, Z size of z.

/** A pre-norm transformer with the embedding and the output layer of the token MLP, in which the tokens of an image attend to each other. */
export interface PrenormConfig {
  readonly kind: "prenorm";
  /** D, channels of a token */
  readonly channels: number;
  /** rows and columns of the grid; N = rows * columns */
  readonly grid: readonly [rows: number, columns: number];
  readonly zSize: number;
  /** W; 256 by default */
  readonly width?: number;
  /** H, which must divide W; 8 by default */
  readonly heads?: number;
  /** 4 by default */
  readonly layers?: number;
  /** inner width of the feed-forward parts; 1024 by default */
  readonly hidden?: number;
}

/** The parameters of {@link prenormStack} under the names of torch.nn.TransformerEncoder. */
export type PrenormStack<T = tf.Tensor> = { readonly layers: Readonly<Record<string, TransformerLayer<T>>>; readonly norm: LayerNorm<T> };

/** The parameters of {@link prenorm}. */
export type PrenormParams<T = tf.Tensor> = TokenEmbedding<T> & { readonly stack: PrenormStack<T>; readonly output: Linear<T> };

/**
 * Initialises the parameters. The last layer is 0, so the first reconstruction is 0, the mean of standardised features.
 * @throws LtadError `LTAD_CONFIG` when the heads do not divide the width
 */
export function initPrenorm(config: PrenormConfig, rng: Rng): PrenormParams<NdArray> {
  check("initPrenorm", { config, rng }, { config: configRules.prenorm, rng: random });
  const { channels, grid, zSize, width = 256, heads = 8, layers = 4, hidden = 1024 } = config;
  checkHeads(width, heads);
  return {
    ...initTokenEmbedding({ channels, tokens: grid[0] * grid[1], zSize, width }, rng),
    stack: { layers: layersOf(layers, () => initTransformerLayer(width, hidden, rng)), norm: initLayerNorm(width) },
    output: zeroLinear(width, channels),
  };
}

/**
 * Reconstructs tokens: h = Lin(p) + pos + Lin(z), then the transformer, then Lin.
 * @param tokens [B, T, D]
 * @param z [B, Z], the vector of each image
 * @param positions [B, T] int32, the place y*columns + x of each token; if omitted, the tokens are the whole grid in order
 * @returns [B, T, D]
 */
export function prenorm(p: PrenormParams, tokens: tf.Tensor3D, z: tf.Tensor2D, heads: number, positions?: tf.Tensor2D): tf.Tensor3D {
  check("prenorm", { p, tokens, z, heads }, { p: recordOf(anything), tokens: tensor(3), z: tensor(2), heads: whole(1) });
  const h = embedTokens(p, tokens, z, positions); // [B, T, W]
  return linear(p.output, prenormStack(p.stack, h, heads)); // [B, T, D]
}

/**
 * The layers of the transformer: x += attention(norm1(x)); x += linear2(gelu(linear1(norm2(x)))); and a norm at the end.
 * @param x [B, T, W]
 * @returns [B, T, W]
 * @see torch.nn.TransformerEncoder with norm_first, gelu and layer_norm_eps 1e-6
 */
export function prenormStack(p: PrenormStack, x: tf.Tensor3D, heads: number): tf.Tensor3D {
  const out = listOf(p.layers).reduce((h, layer) => encode(layer, h, heads), x); // [B, T, W]
  return layerNorm(p.norm, out, epsilon);
}

const epsilon = 1e-6;

/** [B, T, W] -> [B, T, W] */
function encode({ self_attn, linear1, linear2, norm1, norm2 }: TransformerLayer, x: tf.Tensor3D, heads: number): tf.Tensor3D {
  const attend = (h: tf.Tensor3D) => multiHeadAttention(unpacked(self_attn), { query: h, key: h, value: h }, heads);
  return preNormLayer({ norm1, norm2, epsilon, attend, feedForward: (h) => feedForward(linear1, linear2, gelu, h) }, x);
}
