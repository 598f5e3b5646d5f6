import { listOf, LtadError, type NdArray, type Rng } from "@ltad/core";
import { anything, check, listOf as arrayOf, recordOf, rng as random, tensor, whole } from "@ltad/core/check";
import { gelu, initLinear, layersOf, linear, type Linear } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";

// Shapes: B images, T tokens of an image, G groups (layers) of channels, C_g channels of a group, C their sum, E width of the text vectors.

/** Phi_l, which maps a group of channels to the text space. The paper uses one linear map; the recommended projection has two hidden layers. */
export type Projection<T = tf.Tensor> = Readonly<Record<string, Linear<T>>>;

/** A {@link Projection} for each group, under the keys "0", "1", ... */
export type Projections<T = tf.Tensor> = Readonly<Record<string, Projection<T>>>;

/**
 * Initialises the projections.
 * @param groups the channels C_g of each group, in the order of a token's channels
 * @param sizes the width after each map of a projection: [E] for a linear one, [256, 256, E] for one with two hidden layers
 */
export function initProjections(groups: readonly number[], sizes: readonly number[], rng: Rng): Projections<NdArray> {
  check("initProjections", { groups, sizes, rng }, { groups: arrayOf(whole(1), 1), sizes: arrayOf(whole(1), 1), rng: random });
  const projection = (channels: number) => layersOf(sizes.length, (i) => initLinear(sizes[i - 1] ?? channels, sizes[i]!, rng));
  return layersOf(groups.length, (g) => projection(groups[g]!));
}

/**
 * Projects tokens to the text space: p_hat is the element-wise maximum of Phi_l(p_l) over the groups l, as in the paper.
 * @param tokens [B, T, C], the groups one after the other, as wide as the first weights
 * @returns [B, T, E]
 * @throws LtadError `LTAD_SHAPE` when C is not the sum of the groups
 */
export function project(projections: Projections, tokens: tf.Tensor3D): tf.Tensor3D {
  check("project", { projections, tokens }, { projections: recordOf(recordOf(anything)), tokens: tensor(3) });
  const phis = listOf(projections);
  const sizes = phis.map((phi) => listOf(phi)[0]!.weight.shape[1]!);
  if (sumOf(sizes) !== tokens.shape[2]) throw channelsError(sizes, tokens.shape[2]);
  const parts = sizes.length === 1 ? [tokens] : tf.split(tokens, sizes, 2); // G of [B, T, C_g]
  const projected = phis.map((phi, g) => projectGroup(phi, parts[g] as tf.Tensor3D)); // G of [B, T, E]
  return projected.reduce((top, next) => tf.maximum(top, next)); // [B, T, E]
}

/** The maps of one projection, with a GELU before each but the first. [B, T, C_g] -> [B, T, E] */
function projectGroup(phi: Projection, tokens: tf.Tensor3D): tf.Tensor3D {
  return listOf(phi).reduce((x, layer, i) => linear(layer, i === 0 ? x : gelu(x)), tokens);
}

/**
 * Computes p_hat . d for a single group. The last map and d are combined into one vector, which costs much less than p_hat itself.
 * @param tokens [B, T, C]
 * @param direction d, [B, E]
 * @returns [B, T]
 */
export function projectOnto(projections: Projections, tokens: tf.Tensor3D, direction: tf.Tensor2D): tf.Tensor2D {
  const layers = listOf(listOf(projections)[0]!);
  const last = layers.at(-1)!;
  const sizes = [layers[0]!.weight.shape[1]!];
  if (sizes[0] !== tokens.shape[2]) throw channelsError(sizes, tokens.shape[2]);
  const inner = layers.slice(0, -1).reduce((x, layer) => gelu(linear(layer, x)), tokens); // [B, T, width before the last map]
  const row = tf.matMul(direction, last.weight).expandDims<tf.Tensor3D>(2); // [B, width, 1]
  const offset = tf.sum(direction.mul(last.bias), 1, true); // [B, 1]
  return tf.matMul(inner, row).squeeze<tf.Tensor2D>([2]).add(offset);
}

function channelsError(sizes: readonly number[], received: number): LtadError {
  const expected = sumOf(sizes);
  return new LtadError(
    "LTAD_SHAPE",
    `semantic: expected tokens of ${sizes.join(" + ")} = ${expected} channels, received ${received}. Use the features that it was trained on.`,
    { details: { expected, received } },
  );
}

const sumOf = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size, 0);
