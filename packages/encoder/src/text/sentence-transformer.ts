import { listOf, LtadError } from "@ltad/core";
import { layerNorm } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";
import { unitLength } from "./pooling.js";
import { blocked } from "./transformer.js";

// Shapes: B texts, L tokens, D token size, W width of a layer's output, H heads, K = input size / H, F hidden size, S output size.

/** weight [in, out], bias [out] */
export type Linear<T = tf.Tensor> = { readonly weight: T; readonly bias: T };
/** scale [size], bias [size] */
export type Norm<T = tf.Tensor> = { readonly scale: T; readonly bias: T };

/** A pre-norm transformer layer; the first one widens D to W. */
export type LayerParams<T = tf.Tensor> = {
  readonly attentionNorm: Norm<T>;
  /** [in, 3 in]: query, key and value, each by heads */
  readonly qkv: Linear<T>;
  readonly output: Linear<T>;
  /** [in, W] on the way around the attention, where the layer changes the size */
  readonly residual?: Linear<T>;
  readonly feedForwardNorm: Norm<T>;
  readonly hidden: Linear<T>;
  readonly back: Linear<T>;
};

/** Parameters of the sentence encoder without its token table. */
export type SentenceParams<T = tf.Tensor> = {
  /** [most tokens, D], added to the tokens */
  readonly positions: T;
  readonly layers: { readonly [layer: string]: LayerParams<T> };
  readonly head: Linear<T>;
};

/** What is not in the arrays' shapes. */
export interface SentencePlan {
  readonly name: string;
  readonly heads: number;
  readonly vocabulary: number;
  readonly tokenSize: number;
  /** Tokens after this many are left out. */
  readonly maxTokens: number;
  readonly layers: number;
  readonly width: number;
  readonly hidden: number;
  readonly size: number;
}

/**
 * Text vectors from token embeddings: two transformer layers, the mean over tokens, tanh, unit length. Token embeddings count twice beside the positions: the published graph adds the
 * embedding to embedding + position, and its weights were trained that way.
 * @param tokens [B, L, D], L from 1; tokens after `plan.maxTokens` are left out
 * @param mask [B, L], 1 for tokens and 0 for padding; all are tokens when left out
 * @returns [B, S], rows of unit length
 * @throws LtadError `LTAD_SHAPE` when there is no token or D is another
 * @see Cer et al. 2018, "Universal Sentence Encoder"; values are those of USE Lite
 */
export function sentenceTransformer(params: SentenceParams, tokens: tf.Tensor3D, plan: SentencePlan, mask?: tf.Tensor2D): tf.Tensor2D {
  const length = checkTokens(tokens, plan);
  const kept: tf.Tensor3D = length < tokens.shape[1] ? tokens.slice([0, 0, 0], [-1, length, -1]) : tokens;
  let x: tf.Tensor3D = kept.mul(2).add(params.positions.slice([0, 0], [length, plan.tokenSize])); // [B, L, D]
  const real = mask?.slice([0, 0], [-1, length]);
  const block = real && tf.sub(1, real).mul(blocked).reshape([-1, 1, 1, length]); // [B, 1, 1, L]
  for (const layer of listOf(params.layers)) x = transformerLayer(layer, x, plan.heads, block);
  const mean = real
    ? tf.sum<tf.Tensor2D>(x.mul(real.expandDims(2)), 1).div<tf.Tensor2D>(tf.sum(real, 1, true))
    : tf.mean<tf.Tensor2D>(x, 1); // [B, W]
  const head: tf.Tensor2D = tf.matMul(mean, params.head.weight as tf.Tensor2D).add(params.head.bias); // [B, S]
  return unitLength(tf.tanh(head));
}

/** x + attention(norm(x)), then y + feedForward(norm(y)). [B, L, in] -> [B, L, W] */
function transformerLayer(p: LayerParams, input: tf.Tensor3D, heads: number, block?: tf.Tensor): tf.Tensor3D {
  const around = p.residual ? linear(p.residual, input) : input;
  const x = around.add<tf.Tensor3D>(linear(p.output, attend(linear(p.qkv, norm(p.attentionNorm, input)), heads, block)));
  return x.add(linear(p.back, tf.relu(linear(p.hidden, norm(p.feedForwardNorm, x)))));
}

/** softmax(Q K^T / sqrt(K) + block) V for each head. [B, L, 3 in] -> [B, L, in] */
function attend(qkv: tf.Tensor3D, heads: number, block?: tf.Tensor): tf.Tensor3D {
  const [, length, triple] = qkv.shape;
  const size = triple / 3 / heads;
  const byHead = qkv.reshape([-1, length, 3 * heads, size]).transpose([0, 2, 1, 3]); // [B, 3 H, L, K]
  const [q, k, v] = tf.split(byHead, 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor]; // [B, H, L, K]
  const logits = tf.matMul(q.mul(1 / Math.sqrt(size)), k, false, true); // [B, H, L, L]
  const weights = tf.softmax(block ? logits.add(block) : logits);
  return tf
    .matMul(weights, v)
    .transpose([0, 2, 1, 3])
    .reshape([-1, length, heads * size]);
}

/** [B, L, in] -> [B, L, out]; flat inside, because TF.js has no gradient for a batched product with one matrix. */
function linear({ weight, bias }: Linear, x: tf.Tensor3D): tf.Tensor3D {
  const [, length, size] = x.shape;
  const flat = tf.matMul(x.reshape([-1, size]), weight as tf.Tensor2D).add(bias);
  return flat.reshape([-1, length, (weight as tf.Tensor2D).shape[1]]);
}

function norm({ scale, bias }: Norm, x: tf.Tensor3D): tf.Tensor3D {
  return layerNorm(x, scale, bias, 1e-6);
}

function checkTokens({ shape }: tf.Tensor3D, { tokenSize, maxTokens, name }: SentencePlan): number {
  if (shape[1] >= 1 && shape[2] === tokenSize) return Math.min(shape[1], maxTokens);
  throw new LtadError(
    "LTAD_SHAPE",
    `${name}: expected tokens [texts, 1 or more, ${tokenSize}], received [${shape.join(", ")}]. An empty text has no vector.`,
  );
}
