import { listOf } from "@ltad/core";
import {
  type Embedding,
  feedForward,
  firstRows,
  type LayerNorm,
  layerNorm,
  type Linear,
  multiHeadAttention,
  postNormLayer,
} from "@ltad/jit/nn";
import type * as tf from "@tensorflow/tfjs";
import { type Activation, activations } from "./activations.js";
import { paddingMask } from "./masks.js";

// Shapes: B texts, L tokens, D width, F hidden size, P positions, H heads.

/** A post-norm layer, under transformers' names. */
export type BertLayer<T = tf.Tensor> = {
  readonly attention: {
    readonly self: { readonly query: Linear<T>; readonly key: Linear<T>; readonly value: Linear<T> };
    readonly output: { readonly dense: Linear<T>; readonly LayerNorm: LayerNorm<T> };
  };
  readonly intermediate: { readonly dense: Linear<T> };
  readonly output: { readonly dense: Linear<T>; readonly LayerNorm: LayerNorm<T> };
};

/** The parameters of a BERT under transformers' names, without its word vectors, which are an input. */
export type BertParams<T = tf.Tensor> = {
  readonly embeddings: {
    /** [P, D] */
    readonly position_embeddings: Embedding<T>;
    /** [types, D] */
    readonly token_type_embeddings: Embedding<T>;
    readonly LayerNorm: LayerNorm<T>;
  };
  readonly encoder: { readonly layer: { readonly [layer: string]: BertLayer<T> } };
};

/** The settings of a BERT that do not follow from the shapes of its parameters. */
export interface BertPlan {
  readonly heads: number;
  readonly epsilon: number;
  readonly activation: Activation;
}

/**
 * Runs BERT on word vectors rather than on ids, so that learned vectors receive gradients.
 * @param words [B, L, D]; the function adds the positions and the first token type
 * @param mask [B, L], 1 for tokens and 0 for padding, which is not attended to; if omitted, all are tokens
 * @returns layers + 1 tensors [B, L, D]: the embeddings, then each layer's output; the last is `last_hidden_state`
 * @see Devlin et al. 2019; the values equal those of transformers' BertModel and AlignTextModel
 */
export function bert(params: BertParams, words: tf.Tensor3D, mask: tf.Tensor2D | undefined, plan: BertPlan): tf.Tensor3D[] {
  const { position_embeddings: positions, token_type_embeddings: types, LayerNorm } = params.embeddings;
  const places = firstRows(positions, words.shape[1]).add(firstRows(types, 1)); // [L, D]
  const padding = mask && paddingMask(mask); // [B, 1, 1, L]
  let x = layerNorm<tf.Rank.R3>(LayerNorm, words.add(places), plan.epsilon); // [B, L, D]
  const hidden = [x];
  for (const layer of listOf(params.encoder.layer)) hidden.push((x = bertLayer(layer, x, padding, plan)));
  return hidden;
}

/** y = LN(x + attention(x)); LN(y + feedForward(y)). [B, L, D] -> [B, L, D] */
function bertLayer(p: BertLayer, x: tf.Tensor3D, mask: tf.Tensor | undefined, { heads, epsilon, activation }: BertPlan): tf.Tensor3D {
  const { self, output } = p.attention;
  const maps = { ...self, output: output.dense };
  return postNormLayer(
    {
      norm1: output.LayerNorm,
      norm2: p.output.LayerNorm,
      epsilon,
      attend: (h) => multiHeadAttention(maps, { query: h, key: h, value: h }, heads, mask),
      feedForward: (h) => feedForward(p.intermediate.dense, p.output.dense, activations[activation], h), // [B, L, D] -> [B, L, F] -> [B, L, D]
    },
    x,
  );
}

/** The sizes of a BERT. */
export interface BertSizes {
  readonly width: number;
  readonly layers: number;
  readonly hidden: number;
  readonly positions: number;
  readonly types: number;
}

/** The name and shape of every parameter of {@link BertParams}. */
export function bertShapes({ width, layers, hidden, positions, types }: BertSizes): Record<string, readonly number[]> {
  const shapes: Record<string, readonly number[]> = {
    "embeddings.position_embeddings.weight": [positions, width],
    "embeddings.token_type_embeddings.weight": [types, width],
  };
  const layer = (name: string, shape: readonly number[]) =>
    Object.assign(shapes, { [`${name}.weight`]: shape, [`${name}.bias`]: shape.slice(0, 1) });
  layer("embeddings.LayerNorm", [width]);
  for (let l = 0; l < layers; l++) {
    const at = `encoder.layer.${l}`;
    for (const map of ["query", "key", "value"]) layer(`${at}.attention.self.${map}`, [width, width]);
    layer(`${at}.attention.output.dense`, [width, width]);
    layer(`${at}.attention.output.LayerNorm`, [width]);
    layer(`${at}.intermediate.dense`, [hidden, width]);
    layer(`${at}.output.dense`, [width, hidden]);
    layer(`${at}.output.LayerNorm`, [width]);
  }
  return shapes;
}
