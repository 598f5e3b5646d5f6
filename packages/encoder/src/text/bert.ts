import { listOf } from "@ltad/core";
import { linear, type Linear } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";
import { type Activation, activations } from "./activations.js";
import { blocked, type LayerNorm, norm, selfAttention } from "./transformer.js";

// Shapes: B texts, L tokens, D width, F hidden size, P positions, H heads.

/** One post-norm layer, under transformers' names. */
export type BertLayer<T = tf.Tensor> = {
  readonly attention: {
    readonly self: { readonly query: Linear<T>; readonly key: Linear<T>; readonly value: Linear<T> };
    readonly output: { readonly dense: Linear<T>; readonly LayerNorm: LayerNorm<T> };
  };
  readonly intermediate: { readonly dense: Linear<T> };
  readonly output: { readonly dense: Linear<T>; readonly LayerNorm: LayerNorm<T> };
};

/** A BERT under transformers' names, without its word vectors: they come in from outside. */
export type BertParams<T = tf.Tensor> = {
  readonly embeddings: {
    /** [P, D] */
    readonly position_embeddings: { readonly weight: T };
    /** [types, D] */
    readonly token_type_embeddings: { readonly weight: T };
    readonly LayerNorm: LayerNorm<T>;
  };
  readonly encoder: { readonly layer: { readonly [layer: string]: BertLayer<T> } };
};

/** What is not in the arrays' shapes. */
export interface BertPlan {
  readonly heads: number;
  readonly epsilon: number;
  readonly activation: Activation;
}

/**
 * BERT from word vectors, so that learned ones go through it and receive gradients.
 * @param words [B, L, D]; positions and the first token type are added inside
 * @param mask [B, L], 1 for tokens and 0 for padding, which nothing attends to; all are tokens when left out
 * @returns layers + 1 times [B, L, D]: the embeddings, then each layer's output; the last is `last_hidden_state`
 * @see Devlin et al. 2019; values are those of transformers' BertModel and AlignTextModel
 */
export function bert(params: BertParams, words: tf.Tensor3D, mask: tf.Tensor2D | undefined, plan: BertPlan): tf.Tensor3D[] {
  const { position_embeddings: positions, token_type_embeddings: types, LayerNorm } = params.embeddings;
  const [, length, width] = words.shape;
  const places = positions.weight.slice([0, 0], [length, width]).add(types.weight.slice([0, 0], [1, width])); // [L, D]
  const block = mask && tf.sub(1, mask).mul(blocked).reshape([-1, 1, 1, length]); // [B, 1, 1, L]
  let x = norm(LayerNorm, words.add(places), plan.epsilon);
  const hidden = [x];
  for (const layer of listOf(params.encoder.layer)) hidden.push((x = bertLayer(layer, x, block, plan)));
  return hidden;
}

/** y = norm(x + attention(x)), then norm(y + feedForward(y)). [B, L, D] -> [B, L, D] */
function bertLayer(p: BertLayer, x: tf.Tensor3D, block: tf.Tensor | undefined, { heads, epsilon, activation }: BertPlan): tf.Tensor3D {
  const { self, output } = p.attention;
  const y = norm(output.LayerNorm, x.add(selfAttention({ ...self, output: output.dense }, x, heads, block)), epsilon);
  const inner = activations[activation](linear<tf.Rank.R3>(p.intermediate.dense, y)); // [B, L, F]
  return norm(p.output.LayerNorm, y.add(linear<tf.Rank.R3>(p.output.dense, inner)), epsilon);
}

/** Sizes of a BERT. */
export interface BertSizes {
  readonly width: number;
  readonly layers: number;
  readonly hidden: number;
  readonly positions: number;
  readonly types: number;
}

/** Name and shape of every parameter of {@link BertParams}. */
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
