import type { NdArray, Rng } from "@ltad/core";
import { check, func, having, tensor } from "@ltad/core/check";
import type * as tf from "@tensorflow/tfjs";
import { initLayerNorm, type LayerNorm, layerNorm } from "./layer-norm.js";
import { checkSizes, initLinear, linear, type Linear } from "./linear.js";
import { initAttention, type PackedAttention } from "./multi-head-attention.js";

// Shapes: B batch, N tokens, D width, F inner width of the feed-forward part.

/** The parameters of a transformer layer under the names of torch.nn.TransformerEncoderLayer. */
export type TransformerLayer<T = tf.Tensor> = {
  readonly self_attn: PackedAttention<T>;
  readonly linear1: Linear<T>;
  readonly linear2: Linear<T>;
  readonly norm1: LayerNorm<T>;
  readonly norm2: LayerNorm<T>;
};

/** Initialises Xavier-uniform maps with bias 0, and norms with gain 1 and offset 0. */
export function initTransformerLayer(width: number, hidden: number, rng: Rng): TransformerLayer<NdArray> {
  checkSizes("initTransformerLayer", { width, hidden, rng });
  return {
    self_attn: initAttention(width, rng),
    linear1: initLinear(width, hidden, rng),
    linear2: initLinear(hidden, width, rng),
    norm1: initLayerNorm(width),
    norm2: initLayerNorm(width),
  };
}

type Map3D = (x: tf.Tensor3D) => tf.Tensor3D;

/** The parts of a layer, which do not depend on the names in a checkpoint. */
export interface LayerParts {
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  /** of both norms; 1e-5 by default */
  readonly epsilon?: number;
  /** [B, N, D] -> [B, N, D] */
  readonly attend: Map3D;
  /** [B, N, D] -> [B, N, D] */
  readonly feedForward: Map3D;
  /** What is added to the result of the attention if the layer changes the width; the input itself by default. */
  readonly around?: Map3D;
}

const partsRule = having("the parts { norm1, norm2, attend, feedForward }", "norm1", "norm2", "attend", "feedForward");

/**
 * A post-norm transformer layer: y = norm1(x + attend(x)); norm2(y + feedForward(y)).
 * @param x [B, N, D]
 * @returns [B, N, D]
 * @see Vaswani et al. 2017, section 3.1
 */
export function postNormLayer(parts: LayerParts, x: tf.Tensor3D): tf.Tensor3D {
  check("postNormLayer", { parts, x }, { parts: partsRule, x: tensor(3) });
  const { norm1, norm2, epsilon, attend, feedForward } = parts;
  const y = layerNorm(norm1, x.add<tf.Tensor3D>(attend(x)), epsilon);
  return layerNorm(norm2, y.add<tf.Tensor3D>(feedForward(y)), epsilon);
}

/**
 * A pre-norm transformer layer: y = x + attend(norm1(x)); y + feedForward(norm2(y)).
 * @param x [B, N, D]
 * @returns [B, N, D]
 * @see Xiong et al. 2020, "On Layer Normalization in the Transformer Architecture"
 */
export function preNormLayer(parts: LayerParts, x: tf.Tensor3D): tf.Tensor3D {
  check("preNormLayer", { parts, x }, { parts: partsRule, x: tensor(3) });
  const { norm1, norm2, epsilon, attend, feedForward, around } = parts;
  const y = (around ? around(x) : x).add<tf.Tensor3D>(attend(layerNorm(norm1, x, epsilon)));
  return y.add<tf.Tensor3D>(feedForward(layerNorm(norm2, y, epsilon)));
}

/** Two linear maps with an activation between: [B, N, D] -> [B, N, F] -> [B, N, D]. */
export function feedForward(first: Linear, second: Linear, activation: Map3D, x: tf.Tensor3D): tf.Tensor3D {
  check("feedForward", { activation, x }, { activation: func, x: tensor() });
  return linear(second, activation(linear(first, x)));
}
