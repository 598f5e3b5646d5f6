import { type FloatArray, float32, floats, type NdArray } from "@ltad/core";
import { f32, jit } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { krylov, krylovStart, type Subspace } from "./krylov.js";
import { largestPairs } from "./largest-pairs.js";

// Shapes: n images, P positions, C channels, s dimensions of the subspace, r axes.

const moreSteps = 8; // the Krylov space has this many dimensions more than r, which is enough for a falling spectrum

export interface PrincipalOptions {
  readonly positions: number;
  readonly channels: number;
  readonly rank: number;
}

/** The tokens of one class at some positions. */
export interface PositionTokens {
  /** [n, P, C], as encoded */
  readonly features: FloatArray;
  /** [P, C] m_c,i */
  readonly mean: FloatArray;
  /** [C] */
  readonly deviation: NdArray;
  /** [C, C] */
  readonly whitening: NdArray;
}

/**
 * The principal axes v_k = X^T u_k / sqrt(g_k) of the whitened tokens X [n, C] at each position, from the largest eigenpairs (g_k, u_k) of
 * X X^T, each times its strength; rows of zeros where there are fewer. The pairs are exact for up to r + 8 images, and those of a Krylov
 * space of r + 8 dimensions for more.
 */
export async function openPrincipalAxes(options: PrincipalOptions) {
  const programs = new Map<number, ReturnType<typeof openAxesOf>>(); // by s; one program serves all larger numbers of images
  return {
    /** Computes the axes. @param strength the length of an axis, given its eigenvalue @returns [P, r, C] */
    async of(tokens: PositionTokens, strength: (eigenvalue: number) => number): Promise<NdArray> {
      const steps = Math.min(tokens.features.shape[0]!, options.rank + moreSteps + 1);
      if (!programs.has(steps)) programs.set(steps, openAxesOf(steps, options));
      return (await programs.get(steps)!).of(tokens, strength);
    },
    dispose: async () => void (await Promise.all([...programs.values()].map(async (program) => (await program).dispose()))),
  };
}

/** @param images their number, or any above r + 8 for every one above it */
async function openAxesOf(images: number, { positions, channels, rank }: PrincipalOptions) {
  const steps = Math.min(images, rank + moreSteps);
  const isMany = images > steps;
  const n = isMany ? null : images;
  const reduced = await jit(
    ({ features, mean, deviation, whitening, start }) => {
      const [count] = features.shape;
      const residuals = tf.sub<tf.Tensor3D>(tf.div(features, deviation), tf.expandDims(mean, 0)); // [n, P, C]
      const whitened = tf.matMul(tf.reshape(residuals, [count * positions, channels]), whitening);
      const all: tf.Tensor3D = tf.transpose(tf.reshape(whitened, [count, positions, channels]), [1, 0, 2]); // [P, n, C]
      const gram: tf.Tensor3D = tf.matMul(all, all, false, true);
      if (!isMany) return { ritz: gram, rows: all };
      const { ritz, basis }: Subspace = krylov(gram, start, steps);
      return { ritz, rows: tf.matMul(basis, all, true) };
    },
    {
      features: f32(n, positions, channels),
      mean: f32(positions, channels),
      deviation: f32(channels),
      whitening: f32(channels, channels),
      start: f32(n, 1),
    },
  );
  const lifted = await jit(({ shares, rows }) => ({ axes: tf.matMul(shares, rows) }), {
    shares: f32(positions, rank, steps),
    rows: f32(positions, steps, channels),
  });
  return {
    async of(tokens: PositionTokens, strength: (eigenvalue: number) => number): Promise<NdArray> {
      const { ritz, rows } = await reduced.run({ ...tokens, start: krylovStart(tokens.features.shape[0]!) });
      return (await lifted.run({ shares: sharesOf(floats(ritz, "ritz"), { steps, rank, strength }), rows })).axes;
    },
    dispose: async () => void (await Promise.all([reduced.dispose(), lifted.dispose()])),
  };
}

interface ShareOptions {
  readonly steps: number;
  readonly rank: number;
  readonly strength: (eigenvalue: number) => number;
}

/** strength(g_k) u_k / sqrt(g_k) of each matrix [s, s]: [P, r, s]. */
function sharesOf(matrices: Float32Array, { steps, rank, strength }: ShareOptions): FloatArray {
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
