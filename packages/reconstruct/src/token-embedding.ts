import { LtadError, type NdArray, type Rng } from "@ltad/core";
import { embedding, initEmbedding, initLinear, linear, type Linear } from "@ltad/jit/nn";
import type * as tf from "@tensorflow/tfjs";

// Shapes: B images, T tokens of an image (all N of the grid, or some), D channels, W width, Z size of z.

/** The parameters that map a token to the width of the network, from its content, its place, and its image. */
export type TokenEmbedding<T = tf.Tensor> = {
  readonly input: Linear<T>;
  /** [N, W], one row for each place on the grid, index y*columns + x */
  readonly position: T;
  readonly z: Linear<T>;
};

/** The sizes of a {@link TokenEmbedding}. */
export interface EmbeddingSizes {
  readonly channels: number;
  readonly tokens: number;
  readonly zSize: number;
  readonly width: number;
}

/** Initialises the parameters: Xavier-uniform maps, and positions from N(0, 0.02^2). */
export function initTokenEmbedding({ channels, tokens, zSize, width }: EmbeddingSizes, rng: Rng): TokenEmbedding<NdArray> {
  return {
    input: initLinear(channels, width, rng),
    position: initEmbedding(tokens, width, rng).weight,
    z: initLinear(zSize, width, rng),
  };
}

/**
 * Embeds tokens: Lin(p) + pos + Lin(z) (docs/method.md, "Recommended settings" 6).
 * @param tokens [B, T, D]
 * @param z [B, Z] the image's vector
 * @param positions [B, T] int32, the place of each token on the grid; if omitted, the tokens are the whole grid in order
 * @returns [B, T, W]
 * @throws LtadError `LTAD_SHAPE` when positions are missing and T is not N
 */
export function embedTokens(p: TokenEmbedding, tokens: tf.Tensor3D, z: tf.Tensor2D, positions?: tf.Tensor2D): tf.Tensor3D {
  const image = linear(p.z, z).expandDims(1); // [B, 1, W]
  return linear(p.input, tokens)
    .add(placesOf(p.position, tokens, positions))
    .add(image); // [B, T, W]
}

/** The rows of the position table for these tokens, [B, T, W], or [1, N, W] for the whole grid. */
function placesOf(table: tf.Tensor, tokens: tf.Tensor3D, positions?: tf.Tensor2D): tf.Tensor {
  if (positions) return embedding({ weight: table }, positions);
  const places = table.shape[0];
  if (tokens.shape[1] === places) return table.expandDims(0);
  throw new LtadError(
    "LTAD_SHAPE",
    `reconstruct: expected all ${places} tokens of the grid, received ${tokens.shape[1]}. Pass the positions of a subset.`,
    { details: { expected: places, received: tokens.shape[1] } },
  );
}
