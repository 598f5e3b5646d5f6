import { float32, type NdArray, type Rng } from "@ltad/core";
import { attention, initLinear, linear, type Linear, xavierUniform } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";

// Shapes: B batch, N queries, M keys, D width, H heads, K = D / H.

/** Multi-head attention under torch's names: `in_proj_weight` [3D, D] stacks query, key and value in this order. */
export type AttentionParams<T = tf.Tensor> = {
  readonly in_proj_weight: T;
  readonly in_proj_bias: T;
  readonly out_proj: Linear<T>;
};

/** Xavier-uniform over [3D, D], as torch; biases 0. */
export function initAttention(width: number, rng: Rng): AttentionParams<NdArray> {
  return {
    in_proj_weight: xavierUniform(3 * width, width, rng),
    in_proj_bias: float32([3 * width]),
    out_proj: initLinear(width, width, rng),
  };
}

/**
 * softmax(Q K^T / sqrt(K) + mask) V, projected in and out.
 * @param query [B, N, D]; or [1, N, D], the same for every image
 * @param key [B, M, D]
 * @param value [B, M, D]
 * @param mask [N, M], 0 to keep and -Infinity to block; see `neighbourMask`
 * @returns [B, N, D]
 * @see Vaswani et al. 2017, eq. 1
 */
export function attend(
  p: AttentionParams,
  { query, key, value }: Readonly<Record<"query" | "key" | "value", tf.Tensor3D>>,
  heads: number,
  mask?: tf.Tensor2D,
): tf.Tensor3D {
  const [q, k, v] = projections(p);
  const keys = splitHeads(linear(k, key), heads); // [B, H, M, K]
  const values = splitHeads(linear(v, value), heads); // [B, H, M, K]
  const queries = splitHeads(shared(linear(q, query), key), heads); // [B, H, N, K]
  return linear(p.out_proj, mergeHeads(attention(queries, keys, values, mask)));
}

/** The three maps that `in_proj` stacks. */
function projections(p: AttentionParams): [Linear, Linear, Linear] {
  const weights = tf.split(p.in_proj_weight, 3);
  const biases = tf.split(p.in_proj_bias, 3);
  const at = (i: number): Linear => ({ weight: weights[i]!, bias: biases[i]! });
  return [at(0), at(1), at(2)];
}

/** [1, N, D] to [B, N, D]. A product cannot broadcast in the gradient, an addition can; `tile` would fix the batch size in a graph. */
function shared(query: tf.Tensor3D, like: tf.Tensor3D): tf.Tensor3D {
  if (query.shape[0] === like.shape[0]) return query;
  return query.add(like.slice([0, 0, 0], [-1, 1, 1]).mul(0));
}

/** [B, N, D] to [B, H, N, K]. */
function splitHeads(x: tf.Tensor3D, heads: number): tf.Tensor4D {
  const [, n, width] = x.shape;
  return x.reshape([-1, n, heads, width / heads]).transpose([0, 2, 1, 3]);
}

/** [B, H, N, K] to [B, N, D]. */
function mergeHeads(x: tf.Tensor4D): tf.Tensor3D {
  const [, heads, n, k] = x.shape;
  return x.transpose([0, 2, 1, 3]).reshape([-1, n, heads * k]);
}
