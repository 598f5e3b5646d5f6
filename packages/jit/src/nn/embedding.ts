import { float32, type NdArray, type Rng } from "@ltad/core";
import { check, having, number, tensor, whole } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";
import { checkSizes } from "./linear.js";

// Shapes: B batch, L positions of a sequence, R rows of the table, W width.

/** A table of learned vectors, weight [R, W], in the layout of torch.nn.Embedding. */
export type Embedding<T = tf.Tensor> = { readonly weight: T };

const tableRule = having("a table { weight }", "weight");

/** Initialises the rows with N(0, deviation^2); the deviation is 0.02 by default. */
export function initEmbedding(rows: number, width: number, rng: Rng, deviation = 0.02): Embedding<NdArray> {
  checkSizes("initEmbedding", { rows, width, rng });
  check("initEmbedding", { deviation }, { deviation: number(0) });
  return { weight: float32([rows, width], rng.normals(rows * width, deviation)) };
}

/**
 * The rows at given indices.
 * @param indices int32 [B, L]
 * @returns [B, L, W]
 */
export function embedding(p: Embedding, indices: tf.Tensor2D): tf.Tensor3D {
  check("embedding", { p, indices }, { p: tableRule, indices: tensor(2) });
  const { weight } = p;
  return tf.gather(weight, indices.flatten()).reshape([-1, indices.shape[1], weight.shape[1]!]);
}

/** The first rows, for a sequence that begins at the first position. @returns [count, W] */
export function firstRows(p: Embedding, count: number): tf.Tensor2D {
  check("firstRows", { p, count }, { p: tableRule, count: whole(0) });
  const { weight } = p;
  check("firstRows", { count }, { count: whole(0, weight.shape[0]) });
  return weight.slice([0, 0], [count, weight.shape[1]!]) as tf.Tensor2D;
}
