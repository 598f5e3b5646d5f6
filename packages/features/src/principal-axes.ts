import { type FloatArray, float32, floats, type NdArray } from "@ltad/core";
import { f32, jit } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { krylov, type Subspace } from "./krylov.js";
import { largestPairs } from "./largest-pairs.js";

// Shapes: n images, P positions, C channels, s dimensions of the subspace, r axes.

const mostSteps = 24; // more than enough for eight axes of a spectrum that falls

/** What whitens the tokens of one class. */
export interface ClassWhitening {
  readonly deviation: NdArray; // [C]
  readonly whitening: NdArray; // [C, C]
}

export interface PrincipalOptions extends ClassWhitening {
  readonly images: number;
  readonly positions: number;
  readonly rank: number;
  /** Length of an axis, from its eigenvalue. */
  readonly strength: (eigenvalue: number) => number;
}

/**
 * The principal axes v_k = X^T u_k / sqrt(g_k) of the whitened tokens X [n, C] at each position, from the largest eigenpairs (g_k, u_k) of
 * X X^T, each times its strength; rows of zeros where there are fewer. The pairs are exact for up to 24 images, and those of a Krylov
 * space of 24 dimensions for more.
 */
export async function openPrincipalAxes({ images, positions, rank, strength, ...constants }: PrincipalOptions) {
  const channels = constants.deviation.shape[0]!;
  const steps = Math.min(images, mostSteps);
  const x = f32(positions, images, channels);
  const reduced = await jit(
    ({ features, mean }, { deviation, whitening }) => {
      const residuals = tf.sub<tf.Tensor3D>(tf.div(features, deviation), tf.expandDims(mean, 0)); // [n, P, C]
      const whitened = tf.matMul(tf.reshape(residuals, [images * positions, channels]), whitening);
      const all: tf.Tensor3D = tf.transpose(tf.reshape(whitened, [images, positions, channels]), [1, 0, 2]); // [P, n, C]
      return { x: all, ...subspace(tf.matMul(all, all, false, true), steps) };
    },
    { features: f32(images, positions, channels), mean: f32(positions, channels) },
    { constants },
  );
  const lifted = await jit(
    ({ x: all, shares, basis }) => ({ axes: tf.matMul(tf.matMul<tf.Tensor3D>(shares, basis, false, true), all) }), // [P, r, C]
    { x, shares: f32(positions, rank, steps), basis: f32(positions, images, steps) },
  );
  return {
    /** @param features [n, P, C], as encoded @param mean [P, C] m_c,i @returns [P, r, C] */
    async of(features: FloatArray, mean: FloatArray): Promise<NdArray> {
      const { x: whitened, ritz, basis } = await reduced.run({ features, mean });
      const shares = sharesOf(floats(ritz, "ritz"), { steps, rank, strength });
      return (await lifted.run({ x: whitened, shares, basis })).axes;
    },
    dispose: async () => void (await Promise.all([reduced.dispose(), lifted.dispose()])),
  };
}

/** The whole space where it is small. @param gram [P, n, n] */
function subspace(gram: tf.Tensor3D, steps: number): Subspace {
  const n = gram.shape[2];
  return n > steps ? krylov(gram, steps) : { ritz: gram, basis: tf.add(tf.mul(gram, 0), tf.eye(n)) };
}

/** strength(g_k) u_k / sqrt(g_k) of each matrix [s, s]: [P, r, s]. */
function sharesOf(
  matrices: Float32Array,
  { steps, rank, strength }: Pick<PrincipalOptions, "rank" | "strength"> & { readonly steps: number },
) {
  const size = steps ** 2;
  const shares = float32([matrices.length / size, rank, steps]);
  for (let at = 0, row = 0; at < matrices.length; at += size, row += rank) {
    const { values, vectors } = largestPairs(matrices.subarray(at, at + size), steps, rank);
    values.forEach((value, k) => {
      const factor = strength(value) / Math.sqrt(value);
      vectors[k]!.forEach((u, i) => (shares.data[(row + k) * steps + i] = factor * u));
    });
  }
  return shares;
}
