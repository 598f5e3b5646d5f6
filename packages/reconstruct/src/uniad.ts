import { listOf, type NdArray } from "@ltad/core";
import { linear, type Linear } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";
import { attend, type AttentionParams } from "./attention.js";
import { normalise, type Norm } from "./norm.js";

// Shapes: B images, N = rows * columns tokens, D channels, W width, H heads.

/** Parameters of {@link uniad} under the official state_dict's names. */
export type UniadParams<T = tf.Tensor> = {
  readonly input_proj: Linear<T>;
  readonly output_proj: Linear<T>;
  readonly pos_embed: { readonly row_embed: { readonly weight: T }; readonly col_embed: { readonly weight: T } };
  readonly transformer: {
    readonly encoder: { readonly layers: Readonly<Record<string, EncoderLayer<T>>> };
    readonly decoder: { readonly layers: Readonly<Record<string, DecoderLayer<T>>>; readonly norm: Norm<T> };
  };
};

export type EncoderLayer<T = tf.Tensor> = {
  readonly self_attn: AttentionParams<T>;
  readonly linear1: Linear<T>;
  readonly linear2: Linear<T>;
  readonly norm1: Norm<T>;
  readonly norm2: Norm<T>;
};

export type DecoderLayer<T = tf.Tensor> = EncoderLayer<T> & {
  /** [N, W], this layer's own queries */
  readonly learned_embed: { readonly weight: T };
  readonly multihead_attn: AttentionParams<T>;
  readonly norm3: Norm<T>;
};

/** Which of the three attentions the neighbour mask applies to: of the encoder, of the decoder to the memory, to the layer before. */
export type MaskedAttentions = readonly [encoder: boolean, first: boolean, second: boolean];

/** What the parameters do not tell. */
export interface UniadOptions {
  readonly heads: number;
  readonly mask?: NdArray | undefined;
  readonly masked: MaskedAttentions;
}

/**
 * UniAD's reconstruction transformer, without its dropout.
 * Post-norm; positions go to queries and keys only; each decoder layer starts anew from its own queries, and hands on only keys and values.
 * @param tokens [B, N, D] the whole grid, index y*columns + x
 * @returns [B, N, D]
 * @see You et al. 2022, "A Unified Model for Multi-class Anomaly Detection"; github zhiyuanyou/UniAD, models/reconstructions/uniad.py
 */
export function uniad(p: UniadParams, tokens: tf.Tensor3D, { heads, mask, masked }: UniadOptions): tf.Tensor3D {
  const blocked = mask && tf.tensor2d(Float32Array.from(mask.data, finite), mask.shape as [number, number]); // [N, N]
  const maskAt = (i: 0 | 1 | 2) => (masked[i] ? blocked : undefined);
  const masks: Masks = [maskAt(0), maskAt(1), maskAt(2)];
  const position = positionsOf(p.pos_embed); // [1, N, W]
  let memory = linear(p.input_proj, tokens); // [B, N, W]
  for (const layer of listOf(p.transformer.encoder.layers)) memory = encode(layer, memory, { position, heads, masks });
  let out = memory;
  for (const layer of listOf(p.transformer.decoder.layers)) out = decode(layer, memory, out, { position, heads, masks });
  return linear(p.output_proj, normalise(p.transformer.decoder.norm, out));
}

/**
 * e^-50 of a weight is as good as none in float32. -Infinity would leave numbers below 1e-38 in its place, which processors multiply many
 * times slower: a training step takes half as long again.
 */
const blockedLogit = -50;
const finite = (logit: number) => Math.max(logit, blockedLogit);

type Masks = readonly [encoder: tf.Tensor2D | undefined, first: tf.Tensor2D | undefined, second: tf.Tensor2D | undefined];
type Context = { readonly position: tf.Tensor3D; readonly heads: number; readonly masks: Masks };

function encode(p: EncoderLayer, x: tf.Tensor3D, { position, heads, masks: [mask] }: Context): tf.Tensor3D {
  const placed = x.add<tf.Tensor3D>(position);
  const seen = normalise(p.norm1, x.add<tf.Tensor3D>(attend(p.self_attn, { query: placed, key: placed, value: x }, heads, mask)));
  return normalise(p.norm2, seen.add<tf.Tensor3D>(feedForward(p, seen)));
}

function decode(p: DecoderLayer, memory: tf.Tensor3D, before: tf.Tensor3D, { position, heads, masks }: Context): tf.Tensor3D {
  const start = p.learned_embed.weight.expandDims<tf.Tensor3D>(0); // [1, N, W]
  const fromMemory = { query: start.add<tf.Tensor3D>(position), key: memory.add<tf.Tensor3D>(position), value: memory };
  const first = normalise(p.norm1, start.add<tf.Tensor3D>(attend(p.self_attn, fromMemory, heads, masks[1])));
  const fromBefore = { query: first.add<tf.Tensor3D>(position), key: before.add<tf.Tensor3D>(position), value: before };
  const second = normalise(p.norm2, first.add<tf.Tensor3D>(attend(p.multihead_attn, fromBefore, heads, masks[2])));
  return normalise(p.norm3, second.add<tf.Tensor3D>(feedForward(p, second)));
}

function feedForward(p: Pick<EncoderLayer, "linear1" | "linear2">, x: tf.Tensor3D): tf.Tensor3D {
  return linear(p.linear2, linear(p.linear1, x).relu());
}

/** Position vectors [1, N, W]: the column's part first, then the row's. */
function positionsOf({ row_embed: row, col_embed: column }: UniadParams["pos_embed"]): tf.Tensor3D {
  const [rows, half] = row.weight.shape as [number, number];
  const columns = column.weight.shape[0];
  const across = column.weight.expandDims(0).add<tf.Tensor3D>(tf.zeros([rows, 1, 1])); // [rows, columns, W/2]
  const down = row.weight.expandDims(1).add<tf.Tensor3D>(tf.zeros([1, columns, 1])); // [rows, columns, W/2]
  return tf.concat([across, down], 2).reshape([1, rows * columns, 2 * half]);
}
