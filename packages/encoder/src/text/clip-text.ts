import { listOf } from "@ltad/core";
import { linear, type Linear } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";
import { type Activation, activations } from "./activations.js";
import { blocked, type LayerNorm, norm, selfAttention } from "./transformer.js";

// Shapes: B texts, L tokens, D width, F hidden size, P positions, H heads.

/** One pre-norm layer, under transformers' names. */
export type ClipLayer<T = tf.Tensor> = {
  readonly self_attn: { readonly q_proj: Linear<T>; readonly k_proj: Linear<T>; readonly v_proj: Linear<T>; readonly out_proj: Linear<T> };
  readonly layer_norm1: LayerNorm<T>;
  readonly mlp: { readonly fc1: Linear<T>; readonly fc2: Linear<T> };
  readonly layer_norm2: LayerNorm<T>;
};

/** CLIP's text tower under transformers' names, without its word vectors. */
export type ClipTextParams<T = tf.Tensor> = {
  readonly embeddings: { readonly position_embedding: { readonly weight: T } };
  readonly encoder: { readonly layers: { readonly [layer: string]: ClipLayer<T> } };
  readonly final_layer_norm: LayerNorm<T>;
};

/** What is not in the arrays' shapes. */
export interface ClipTextPlan {
  readonly heads: number;
  readonly epsilon: number;
  readonly activation: Activation;
}

/**
 * CLIP's text transformer from word vectors. A token sees itself and what stands before it, so padding behind the end changes nothing.
 * @param words [B, L, D]; positions are added inside
 * @returns [B, L, D] after the last norm; the text's vector stands at its end token
 * @see Radford et al. 2021; values are those of transformers' CLIPTextModel
 */
export function clipText(params: ClipTextParams, words: tf.Tensor3D, { heads, epsilon, activation }: ClipTextPlan): tf.Tensor3D {
  const [, length, width] = words.shape;
  const after = tf.tensor2d(
    Array.from({ length: length ** 2 }, (_, i) => (i % length > Math.floor(i / length) ? blocked : 0)),
    [length, length],
  );
  let x: tf.Tensor3D = words.add(params.embeddings.position_embedding.weight.slice([0, 0], [length, width]));
  for (const { self_attn: maps, mlp, ...layer } of listOf(params.encoder.layers)) {
    const attention = { query: maps.q_proj, key: maps.k_proj, value: maps.v_proj, output: maps.out_proj };
    x = x.add(selfAttention(attention, norm(layer.layer_norm1, x, epsilon), heads, after));
    const inner = activations[activation](linear<tf.Rank.R3>(mlp.fc1, norm(layer.layer_norm2, x, epsilon))); // [B, L, F]
    x = x.add(linear<tf.Rank.R3>(mlp.fc2, inner));
  }
  return norm(params.final_layer_norm, x, epsilon);
}

/** Sizes of a CLIP text tower. */
export interface ClipTextSizes {
  readonly width: number;
  readonly layers: number;
  readonly hidden: number;
  readonly positions: number;
}

/** Name and shape of every parameter of {@link ClipTextParams}. */
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
