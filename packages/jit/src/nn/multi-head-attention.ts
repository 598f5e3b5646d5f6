import { float32, type NdArray, type Rng } from "@ltad/core";
import { check, fields, having, optional, refuse, tensor, whole } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";
import { joinedAttention } from "./attention.js";
import { checkSizes, initLinear, linear, type Linear, xavierUniform } from "./linear.js";

// Shapes: B batch, N queries, M keys, D width, H heads, K = D / H.

/** The query, key and value of an attention. In self-attention all three are the same. */
export type QueryKeyValue<X> = Readonly<Record<"query" | "key" | "value", X>>;

/** The four maps of a multi-head attention. Each weight is [D, D], and each bias is [D]. */
export type AttentionMaps<T = tf.Tensor> = QueryKeyValue<Linear<T>> & { readonly output: Linear<T> };

/** The same under the names of torch.nn.MultiheadAttention: `in_proj_weight` [3 D, D] stacks query, key and value in this order. */
export type PackedAttention<T = tf.Tensor> = { readonly in_proj_weight: T; readonly in_proj_bias: T; readonly out_proj: Linear<T> };

/** Initialises the packed weight as torch does, Xavier-uniform over [3 D, D], and the biases to 0. */
export function initAttention(width: number, rng: Rng): PackedAttention<NdArray> {
  checkSizes("initAttention", { width, rng });
  return {
    in_proj_weight: xavierUniform(3 * width, width, rng),
    in_proj_bias: float32([3 * width]),
    out_proj: initLinear(width, width, rng),
  };
}

/** Splits packed parameters into the four maps. */
export function unpacked(p: PackedAttention): AttentionMaps {
  check(
    "unpacked",
    { p },
    { p: having("a packed attention { in_proj_weight, in_proj_bias, out_proj }", "in_proj_weight", "in_proj_bias", "out_proj") },
  );
  const weights = tf.split(p.in_proj_weight, 3); // 3 of [D, D]
  const biases = tf.split(p.in_proj_bias, 3); // 3 of [D]
  const at = (i: number): Linear => ({ weight: weights[i]!, bias: biases[i]! });
  return { query: at(0), key: at(1), value: at(2), output: p.out_proj };
}

/**
 * Multi-head attention: softmax(Q K^T / sqrt(K) + mask) V for each head, with linear maps before and after.
 * @param inputs query [B, N, D], or [1, N, D] for the same queries in every batch entry; key and value [B, M, D]
 * @param heads H, which must divide D
 * @param mask [N, M] or [B, 1, 1, M], 0 to keep and a large negative number to block
 * @returns [B, N, D]
 * @see Vaswani et al. 2017, section 3.2.2
 */
export function multiHeadAttention(maps: AttentionMaps, inputs: QueryKeyValue<tf.Tensor3D>, heads: number, mask?: tf.Tensor): tf.Tensor3D {
  const mapsRule = having("the maps { query, key, value, output }", "query", "key", "value", "output");
  const three = fields({ query: tensor(3), key: tensor(3), value: tensor(3) });
  check("multiHeadAttention", { maps, inputs, mask }, { maps: mapsRule, inputs: three, mask: optional(tensor()) });
  const { query, key, value } = inputs;
  const keys = splitHeads(linear(maps.key, key), heads); // [B, H, M, K]
  const values = splitHeads(linear(maps.value, value), heads); // [B, H, M, K]
  const queries = splitHeads(forEachImage(linear(maps.query, query), key), heads); // [B, H, N, K]
  const joined = joinedAttention(queries, keys, values, mask); // [B, N, H, K]
  return linear(maps.output, joined.reshape([-1, query.shape[1], query.shape[2]])); // [B, N, D]
}

/** Repeats [1, N, D] to [B, N, D]. It adds zeros, because the gradient of a product cannot broadcast, and `tile` would fix the batch size of a graph. */
function forEachImage(query: tf.Tensor3D, like: tf.Tensor3D): tf.Tensor3D {
  if (query.shape[0] === like.shape[0]) return query;
  return query.add(like.slice([0, 0, 0], [-1, 1, 1]).mul(0));
}

/** Splits the last axis into heads, [B, N, D] -> [B, H, N, K]. */
export function splitHeads(x: tf.Tensor3D, heads: number): tf.Tensor4D {
  check("splitHeads", { x, heads }, { x: tensor(3), heads: whole(1) });
  if (x.shape[2] % heads !== 0) throw refuse("splitHeads: heads", `a number that divides the width ${x.shape[2]}`, heads);
  const [, n, width] = x.shape;
  return x.reshape([-1, n, heads, width / heads]).transpose([0, 2, 1, 3]);
}

/** Joins the heads, [B, H, N, K] -> [B, N, D]. */
export function mergeHeads(x: tf.Tensor4D): tf.Tensor3D {
  check("mergeHeads", { x }, { x: tensor(4) });
  const [, heads, n, k] = x.shape;
  return x.transpose([0, 2, 1, 3]).reshape([-1, n, heads * k]);
}
