import { listOf } from "@ltad/core";
import {
  type Embedding,
  feedForward,
  firstRows,
  type LayerNorm,
  layerNorm,
  type Linear,
  multiHeadAttention,
  preNormLayer,
} from "@ltad/jit/nn";
import type * as tf from "@tensorflow/tfjs";
import { type Activation, activations } from "./activations.js";
import { causalMask } from "./masks.js";

// Shapes: B texts, L tokens, D width, F hidden size, P positions, H heads.

/** A pre-norm layer, under transformers' names. */
export type ClipLayer<T = tf.Tensor> = {
  readonly self_attn: { readonly q_proj: Linear<T>; readonly k_proj: Linear<T>; readonly v_proj: Linear<T>; readonly out_proj: Linear<T> };
  readonly layer_norm1: LayerNorm<T>;
  readonly mlp: { readonly fc1: Linear<T>; readonly fc2: Linear<T> };
  readonly layer_norm2: LayerNorm<T>;
};

/** The parameters of CLIP's text encoder under transformers' names, without its word vectors, which are an input. */
export type ClipTextParams<T = tf.Tensor> = {
  readonly embeddings: { readonly position_embedding: Embedding<T> };
  readonly encoder: { readonly layers: { readonly [layer: string]: ClipLayer<T> } };
  readonly final_layer_norm: LayerNorm<T>;
};

/** The settings of the encoder that do not follow from the shapes of its parameters. */
export interface ClipTextPlan {
  readonly heads: number;
  readonly epsilon: number;
  readonly activation: Activation;
}

/**
 * Runs CLIP's text transformer on word vectors. A token attends only to itself and to earlier tokens, so padding after the end has no effect.
 * @param words [B, L, D]; the function adds the positions
 * @returns [B, L, D] after the last norm; the vector of a text is that of its end token
 * @see Radford et al. 2021; the values equal those of transformers' CLIPTextModel
 */
export function clipText(params: ClipTextParams, words: tf.Tensor3D, plan: ClipTextPlan): tf.Tensor3D {
  const length = words.shape[1];
  const mask = causalMask(length); // [L, L]
  let x: tf.Tensor3D = words.add(firstRows(params.embeddings.position_embedding, length)); // [B, L, D]
  for (const layer of listOf(params.encoder.layers)) x = clipLayer(layer, x, mask, plan); // [B, L, D]
  return layerNorm(params.final_layer_norm, x, plan.epsilon);
}

/** y = x + attention(LN(x)); y + feedForward(LN(y)). [B, L, D] -> [B, L, D] */
function clipLayer(p: ClipLayer, x: tf.Tensor3D, mask: tf.Tensor2D, { heads, epsilon, activation }: ClipTextPlan): tf.Tensor3D {
  const { q_proj: query, k_proj: key, v_proj: value, out_proj: output } = p.self_attn;
  return preNormLayer(
    {
      norm1: p.layer_norm1,
      norm2: p.layer_norm2,
      epsilon,
      attend: (h) => multiHeadAttention({ query, key, value, output }, { query: h, key: h, value: h }, heads, mask),
      feedForward: (h) => feedForward(p.mlp.fc1, p.mlp.fc2, activations[activation], h), // [B, L, D] -> [B, L, F] -> [B, L, D]
    },
    x,
  );
}

/** The sizes of CLIP's text encoder. */
export interface ClipTextSizes {
  readonly width: number;
  readonly layers: number;
  readonly hidden: number;
  readonly positions: number;
}

/** The name and shape of every parameter of {@link ClipTextParams}. */
export function clipTextShapes({ width, layers, hidden, positions }: ClipTextSizes): Record<string, readonly number[]> {
  const shapes: Record<string, readonly number[]> = { "embeddings.position_embedding.weight": [positions, width] };
  const layer = (name: string, shape: readonly number[]) =>
    Object.assign(shapes, { [`${name}.weight`]: shape, [`${name}.bias`]: shape.slice(0, 1) });
  for (let l = 0; l < layers; l++) {
    const at = `encoder.layers.${l}`;
    for (const map of ["q_proj", "k_proj", "v_proj", "out_proj"]) layer(`${at}.self_attn.${map}`, [width, width]);
    layer(`${at}.layer_norm1`, [width]);
    layer(`${at}.mlp.fc1`, [hidden, width]);
    layer(`${at}.mlp.fc2`, [width, hidden]);
    layer(`${at}.layer_norm2`, [width]);
  }
  layer("final_layer_norm", [width]);
  return shapes;
}
