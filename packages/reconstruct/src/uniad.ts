import { float32, listOf, type NdArray, type Rng } from "@ltad/core";
import { anArray, boolean, check, fields, having, listOf as arrayOf, optional, rng as random, tensor, whole } from "@ltad/core/check";
import {
  type Embedding,
  feedForward,
  initAttention,
  initEmbedding,
  initLayerNorm,
  initLinear,
  initTransformerLayer,
  layerNorm,
  type LayerNorm,
  layersOf,
  linear,
  type Linear,
  multiHeadAttention,
  type PackedAttention,
  postNormLayer,
  type TransformerLayer,
  unpacked,
} from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";
import { configRules } from "./config-rules.js";
import { checkHeads } from "./check-heads.js";

// Shapes: B images, N = rows * columns tokens, D channels, W width, H heads.

/** UniAD's transformer. The paper does not describe its reconstruction module in detail; this is its most likely form (docs/method.md). */
export interface UniadConfig {
  readonly kind: "uniad";
  /** D, channels of a token */
  readonly channels: number;
  /** rows and columns of the grid */
  readonly grid: readonly [rows: number, columns: number];
  /** W, which must be even; 256 by default */
  readonly width?: number;
  /** H, which must divide W; 8 by default */
  readonly heads?: number;
  /** 4 by default */
  readonly encoderLayers?: number;
  /** 4 by default */
  readonly decoderLayers?: number;
  /** inner width of the feed-forward parts; 1024 by default */
  readonly hidden?: number;
  /** height and width of the window that a query may not attend to, or false for none; [7, 7] by default */
  readonly neighbours?: readonly [height: number, width: number] | false;
  /** the attentions that the window applies to; all three by default */
  readonly masked?: MaskedAttentions;
}

/** Which attentions use the neighbour mask: that of the encoder, that of the decoder to the memory, and that of the decoder to the previous layer. */
export type MaskedAttentions = readonly [encoder: boolean, first: boolean, second: boolean];

/** The parameters of {@link uniad} under the names of the official state_dict. */
export type UniadParams<T = tf.Tensor> = {
  readonly input_proj: Linear<T>;
  readonly output_proj: Linear<T>;
  /** [rows, W/2] and [columns, W/2] */
  readonly pos_embed: { readonly row_embed: Embedding<T>; readonly col_embed: Embedding<T> };
  readonly transformer: {
    readonly encoder: { readonly layers: Readonly<Record<string, TransformerLayer<T>>> };
    readonly decoder: { readonly layers: Readonly<Record<string, DecoderLayer<T>>>; readonly norm: LayerNorm<T> };
  };
};

type DecoderLayer<T = tf.Tensor> = TransformerLayer<T> & {
  /** [N, W], this layer's own queries */
  readonly learned_embed: Embedding<T>;
  readonly multihead_attn: PackedAttention<T>;
  readonly norm3: LayerNorm<T>;
};

/**
 * Initialises the parameters as the official code does: Xavier-uniform maps with bias 0, row and column embeddings U(0, 1), queries N(0, 1).
 * @throws LtadError `LTAD_CONFIG` when the heads do not divide the width, or the width is odd
 */
export function initUniad(config: UniadConfig, rng: Rng): UniadParams<NdArray> {
  check("initUniad", { config, rng }, { config: configRules.uniad, rng: random });
  const { channels, grid, width = 256, heads = 8, encoderLayers = 4, decoderLayers = 4, hidden = 1024 } = config;
  checkHeads(width, heads, 2);
  const [rows, columns] = grid;
  const uniform = (n: number) => ({ weight: float32([n, width / 2], rng.uniforms((n * width) / 2)) });
  return {
    input_proj: initLinear(channels, width, rng),
    output_proj: initLinear(width, channels, rng),
    pos_embed: { row_embed: uniform(rows), col_embed: uniform(columns) },
    transformer: {
      encoder: { layers: layersOf(encoderLayers, () => initTransformerLayer(width, hidden, rng)) },
      decoder: { layers: layersOf(decoderLayers, () => initDecoderLayer(rows * columns, width, hidden, rng)), norm: initLayerNorm(width) },
    },
  };
}

function initDecoderLayer(tokens: number, width: number, hidden: number, rng: Rng): DecoderLayer<NdArray> {
  return {
    ...initTransformerLayer(width, hidden, rng),
    learned_embed: initEmbedding(tokens, width, rng, 1),
    multihead_attn: initAttention(width, rng),
    norm3: initLayerNorm(width),
  };
}

/** The settings of {@link uniad} that do not follow from the shapes of its parameters. */
export interface UniadOptions {
  readonly heads: number;
  /** [N, N], see `neighbourMask`; no mask if omitted */
  readonly mask?: NdArray | undefined;
  readonly masked: MaskedAttentions;
}

const optionsRule = fields({ heads: whole(1), mask: optional(anArray("float32", 2)), masked: arrayOf(boolean, 3) });

/**
 * UniAD's reconstruction transformer, without dropout. It is post-norm, and adds positions to queries and keys only. Each decoder layer starts
 * from its own learned queries, and the previous layer provides its keys and values.
 * @param tokens [B, N, D] the whole grid, index y*columns + x
 * @returns [B, N, D]
 * @see You et al. 2022, "A Unified Model for Multi-class Anomaly Detection"; github zhiyuanyou/UniAD, models/reconstructions/uniad.py
 */
export function uniad(p: UniadParams, tokens: tf.Tensor3D, options: UniadOptions): tf.Tensor3D {
  check(
    "uniad",
    { p, tokens, options },
    { p: having("parameters of initUniad", "pos_embed", "transformer"), tokens: tensor(3), options: optionsRule },
  );
  const { heads, mask, masked } = options;
  const blocked = mask && tf.tensor2d(Float32Array.from(mask.data, finite), mask.shape as [number, number]); // [N, N]
  const maskAt = (i: 0 | 1 | 2) => (masked[i] ? blocked : undefined);
  const context: Context = { position: positionsOf(p.pos_embed), heads, masks: [maskAt(0), maskAt(1), maskAt(2)] };
  let memory = linear(p.input_proj, tokens); // [B, N, W]
  for (const layer of listOf(p.transformer.encoder.layers)) memory = encode(layer, memory, context); // [B, N, W]
  let out = memory;
  for (const layer of listOf(p.transformer.decoder.layers)) out = decode(layer, memory, out, context); // [B, N, W]
  return linear(p.output_proj, layerNorm(p.transformer.decoder.norm, out)); // [B, N, D]
}

/**
 * With this logit a blocked weight is e^-50 times another, which has no effect in float32. With -Infinity the softmax would produce numbers below
 * 1e-38, which processors multiply many times more slowly: a training step would take half as long again.
 */
const blockedLogit = -50;
const finite = (logit: number) => Math.max(logit, blockedLogit);

type Mask = tf.Tensor2D | undefined;
type Context = {
  /** [1, N, W] */
  readonly position: tf.Tensor3D;
  readonly heads: number;
  readonly masks: readonly [encoder: Mask, first: Mask, second: Mask];
};

/** y = LN(x + attention(x + pos, x + pos, x)); LN(y + feedForward(y)). [B, N, W] -> [B, N, W] */
function encode(p: TransformerLayer, x: tf.Tensor3D, { position, heads, masks: [mask] }: Context): tf.Tensor3D {
  const placed = x.add<tf.Tensor3D>(position); // [B, N, W]
  const attend = () => multiHeadAttention(unpacked(p.self_attn), { query: placed, key: placed, value: x }, heads, mask);
  return postNormLayer({ ...p, attend, feedForward: (y) => reluPart(p, y) }, x);
}

/** The learned queries of the layer attend to the memory, then to the previous layer: [B, N, W] each -> [B, N, W] */
function decode(p: DecoderLayer, memory: tf.Tensor3D, before: tf.Tensor3D, { position, heads, masks }: Context): tf.Tensor3D {
  const start = p.learned_embed.weight.expandDims<tf.Tensor3D>(0); // [1, N, W]
  const attend = (attention: PackedAttention, query: tf.Tensor3D, source: tf.Tensor3D, mask: Mask) => {
    const inputs = { query: query.add<tf.Tensor3D>(position), key: source.add<tf.Tensor3D>(position), value: source };
    return query.add<tf.Tensor3D>(multiHeadAttention(unpacked(attention), inputs, heads, mask)); // [B, N, W]
  };
  const first = layerNorm(p.norm1, attend(p.self_attn, start, memory, masks[1]));
  const second = layerNorm(p.norm2, attend(p.multihead_attn, first, before, masks[2]));
  return layerNorm(p.norm3, second.add<tf.Tensor3D>(reluPart(p, second)));
}

/** [B, N, W] -> [B, N, W] */
function reluPart({ linear1, linear2 }: Pick<TransformerLayer, "linear1" | "linear2">, x: tf.Tensor3D): tf.Tensor3D {
  return feedForward(linear1, linear2, tf.relu, x);
}

/** The position vectors [1, N, W]; the part of the column comes first, then that of the row. */
function positionsOf({ row_embed: row, col_embed: column }: UniadParams["pos_embed"]): tf.Tensor3D {
  const [rows, half] = row.weight.shape as [number, number];
  const columns = column.weight.shape[0];
  const across = column.weight.expandDims(0).add<tf.Tensor3D>(tf.zeros([rows, 1, 1])); // [rows, columns, W/2]
  const down = row.weight.expandDims(1).add<tf.Tensor3D>(tf.zeros([1, columns, 1])); // [rows, columns, W/2]
  return tf.concat([across, down], 2).reshape([1, rows * columns, 2 * half]);
}
