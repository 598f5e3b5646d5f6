import { float32, LtadError, type NdArray, type Rng } from "@ltad/core";
import { initLinear, linear, type Linear } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";

// Shapes: B images, T tokens of an image (all N of the grid, or some), D channels, W width, Z size of z.

/** What lifts a token to the width of the network: what it is, where it is, and which image it is in. */
export type Embedding<T = tf.Tensor> = {
  readonly input: Linear<T>;
  /** [N, W], one row for each place on the grid, index y*columns + x */
  readonly position: T;
  readonly z: Linear<T>;
};

/** Sizes of an {@link Embedding}. */
export interface EmbeddingSizes {
  readonly channels: number;
  readonly tokens: number;
  readonly zSize: number;
  readonly width: number;
}

/** Xavier-uniform maps; positions from N(0, 0.02^2). */
export function initEmbedding({ channels, tokens, zSize, width }: EmbeddingSizes, rng: Rng): Embedding<NdArray> {
  return {
    input: initLinear(channels, width, rng),
    position: float32([tokens, width], rng.normals(tokens * width, 0.02)),
    z: initLinear(zSize, width, rng),
  };
}

/**
 * Lin(p) + pos + Lin(z) (method.md, "Recommended settings" 4).
 * @param tokens [B, T, D]
 * @param z [B, Z] the image's vector
 * @param positions [B, T] int32, the place of each token on the grid; without it the tokens are the whole grid in order
 * @returns [B, T, W]
 * @throws LtadError `LTAD_SHAPE` when there are no positions and T is not N
 */
export function embed(p: Embedding, tokens: tf.Tensor3D, z: tf.Tensor2D, positions?: tf.Tensor2D): tf.Tensor3D {
  const image = linear(p.z, z).expandDims(1); // [B, 1, W]
  return linear(p.input, tokens)
    .add(placesOf(p.position, tokens, positions))
    .add(image);
}

/** Rows of the position table, [B, T, W], or [1, N, W] for the whole grid. */
function placesOf(table: tf.Tensor, tokens: tf.Tensor3D, positions?: tf.Tensor2D): tf.Tensor {
  const [places, width] = table.shape as [number, number];
  if (positions) return tf.gather(table, positions.flatten()).reshape([-1, tokens.shape[1], width]);
  if (tokens.shape[1] === places) return table.expandDims(0);
  throw new LtadError(
    "LTAD_SHAPE",
    `reconstruct: expected all ${places} tokens of the grid, received ${tokens.shape[1]}. Give the positions of a subset.`,
  );
}
