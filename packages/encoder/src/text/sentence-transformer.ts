import { listOf, LtadError } from "@ltad/core";
import { attention, type LayerNorm, mergeHeads, preNormLayer, splitHeads, unitLength } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";
import { linearIO, type LinearIO } from "./linear-io.js";
import { paddingMask } from "./masks.js";
import { leastLength } from "./pooling.js";

// Shapes: B texts, L tokens, D token size, W width of a layer's output, H heads, K = input size / H, F hidden size, S output size.

/** Gain and offset of a layer normalisation under the published names, [size] each. */
export type ScaleBias<T = tf.Tensor> = { readonly scale: T; readonly bias: T };

/** A pre-norm transformer layer; the first one widens D to W. */
export type LayerParams<T = tf.Tensor> = {
  readonly attentionNorm: ScaleBias<T>;
  /** [in, 3 in]: query, key and value, each by heads */
  readonly qkv: LinearIO<T>;
  readonly output: LinearIO<T>;
  /** [in, W]; it carries the input past the attention in a layer that changes the width */
  readonly residual?: LinearIO<T>;
  readonly feedForwardNorm: ScaleBias<T>;
  readonly hidden: LinearIO<T>;
  readonly back: LinearIO<T>;
};

/** The parameters of the sentence encoder, without its token table. */
export type SentenceParams<T = tf.Tensor> = {
  /** [most tokens, D], added to the tokens */
  readonly positions: T;
  readonly layers: { readonly [layer: string]: LayerParams<T> };
  readonly head: LinearIO<T>;
};

/** The sizes of the encoder, and the settings that do not follow from the shapes of its parameters. */
export interface SentencePlan {
  readonly name: string;
  readonly heads: number;
  readonly vocabulary: number;
  readonly tokenSize: number;
  /** Further tokens are ignored. */
  readonly maxTokens: number;
  readonly layers: number;
  readonly width: number;
  readonly hidden: number;
  readonly size: number;
}

/**
 * Computes text vectors from token embeddings: two transformer layers, the mean over tokens, tanh, and scaling to unit length. The token embeddings
 * count twice, because the published graph adds the embedding to embedding + position, and its weights were trained that way.
 * @param tokens [B, L, D], L >= 1; tokens after `plan.maxTokens` are ignored
 * @param mask [B, L], 1 for tokens and 0 for padding; if omitted, all are tokens
 * @returns [B, S], rows of unit length
 * @throws LtadError `LTAD_SHAPE` when there is no token or D is not that of the plan
 * @see Cer et al. 2018, "Universal Sentence Encoder"; the values equal those of USE Lite
 */
export function sentenceTransformer(params: SentenceParams, tokens: tf.Tensor3D, plan: SentencePlan, mask?: tf.Tensor2D): tf.Tensor2D {
  const { tokenSize, maxTokens, heads } = plan;
  if (tokens.shape[1] < 1 || tokens.shape[2] !== tokenSize) throw tokensError(plan, tokens.shape);
  const length = Math.min(tokens.shape[1], maxTokens);
  const kept: tf.Tensor3D = length < tokens.shape[1] ? tokens.slice([0, 0, 0], [-1, length, -1]) : tokens; // [B, L, D]
  let x: tf.Tensor3D = kept.mul(2).add(params.positions.slice([0, 0], [length, tokenSize])); // [B, L, D]
  const real = mask?.slice([0, 0], [-1, length]); // [B, L]
  const padding = real && paddingMask(real); // [B, 1, 1, L]
  for (const layer of listOf(params.layers)) x = encode(layer, x, heads, padding); // [B, L, W]
  const mean: tf.Tensor2D = real ? tf.div(tf.sum(x.mul(real.expandDims(2)), 1), tf.sum(real, 1, true)) : tf.mean(x, 1); // [B, W]
  const head: tf.Tensor2D = tf.matMul(mean, params.head.weight as tf.Tensor2D).add(params.head.bias); // [B, S]
  return unitLength(tf.tanh(head), leastLength);
}

/** y = x + attention(LN(x)); y + feedForward(LN(y)). [B, L, in] -> [B, L, W] */
function encode(p: LayerParams, x: tf.Tensor3D, heads: number, mask?: tf.Tensor): tf.Tensor3D {
  const { residual } = p;
  return preNormLayer(
    {
      norm1: layerNormOf(p.attentionNorm),
      norm2: layerNormOf(p.feedForwardNorm),
      epsilon: 1e-6,
      ...(residual && { around: (h) => linearIO(residual, h) }), // [B, L, in] -> [B, L, W]
      attend: (h) => linearIO(p.output, attendByHead(linearIO(p.qkv, h), heads, mask)), // [B, L, in] -> [B, L, W]
      feedForward: (h) => linearIO(p.back, tf.relu(linearIO(p.hidden, h))), // [B, L, W] -> [B, L, F] -> [B, L, W]
    },
    x,
  );
}

/** Attention over packed queries, keys and values. [B, L, 3 in] -> [B, L, in] */
function attendByHead(qkv: tf.Tensor3D, heads: number, mask?: tf.Tensor): tf.Tensor3D {
  const [q, k, v] = tf.split(splitHeads(qkv, 3 * heads), 3, 1) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D]; // [B, H, L, K] each
  return mergeHeads(attention(q, k, v, mask));
}

function layerNormOf({ scale, bias }: ScaleBias): LayerNorm {
  return { weight: scale, bias };
}

function tokensError({ name, tokenSize }: SentencePlan, received: readonly number[]): LtadError {
  const message = `${name}: expected tokens [texts, 1 or more, ${tokenSize}], received [${received.join(", ")}]. An empty text has no vector.`;
  return new LtadError("LTAD_SHAPE", message, { details: { received } });
}
