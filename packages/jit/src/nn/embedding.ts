import { float32, type NdArray, type Rng } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";

// Shapes: B batch, L places of a sequence, R rows of the table, W width.

/** A table of learned vectors, weight [R, W]: the layout of torch.nn.Embedding. */
export type Embedding<T = tf.Tensor> = { readonly weight: T };

/** Rows from N(0, deviation^2). */
export function initEmbedding(rows: number, width: number, rng: Rng, deviation = 0.02): Embedding<NdArray> {
  return { weight: float32([rows, width], rng.normals(rows * width, deviation)) };
}

/**
 * The rows at given indices.
 * @param indices int32 [B, L]
 * @returns [B, L, W]
 */
export function embedding({ weight }: Embedding, indices: tf.Tensor2D): tf.Tensor3D {
  return tf.gather(weight, indices.flatten()).reshape([-1, indices.shape[1], weight.shape[1]!]);
}

/** The first rows, for a sequence that starts at the first place. @returns [count, W] */
export function firstRows({ weight }: Embedding, count: number): tf.Tensor2D {
  return weight.slice([0, 0], [count, weight.shape[1]!]) as tf.Tensor2D;
}
