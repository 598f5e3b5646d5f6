import { type FloatArray, float32 } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";

// Shapes: P matrices, n side of a matrix, s dimensions of the subspace.

/** A subspace for each of P matrices. */
export interface Subspace {
  /** [P, n, s] orthonormal columns; if a matrix has a lower rank, the remaining columns are 0 */
  readonly basis: tf.Tensor3D;
  /** [P, s, s] the matrices in that basis */
  readonly ritz: tf.Tensor3D;
}

/**
 * An orthonormal basis of the Krylov space of each symmetric positive matrix, by Lanczos' method with full orthogonalisation, for all matrices in
 * parallel.
 * @param matrices [P, n, n]
 * @param start [n, 1], see {@link krylovStart}
 */
export function krylov(matrices: tf.Tensor3D, start: tf.Tensor2D, steps: number): Subspace {
  const size = tf.mean(tf.abs(matrices), [1, 2], true); // [P, 1, 1]
  let next: tf.Tensor3D = tf.add(tf.mul(size, 0), tf.expandDims(start, 0)); // [P, n, 1]
  let basis = next; // [P, n, number of steps so far]
  for (let step = 1; step < steps; step++) {
    const product = orthogonal(orthogonal(tf.matMul(matrices, next), basis), basis);
    const length = tf.sqrt(tf.sum(tf.square(product), 1, true)); // [P, 1, 1]
    const isNew = tf.cast(tf.greater(length, tf.mul(size, negligible)), "float32");
    next = tf.mul(product, tf.div(isNew, tf.maximum(length, tf.scalar(1e-30)))); // 0 once the space is complete
    basis = tf.concat([basis, next], 2);
  }
  return { basis, ritz: tf.matMul(tf.matMul(basis, matrices, true), basis) };
}

const negligible = 1e-5; // a new direction shorter than this share of the matrix is a rounding error

/** A vector of length 1 with a component along every axis, [n, 1]. */
export function krylovStart(n: number): FloatArray {
  const values = Array.from({ length: n }, (_, i) => 1 + 0.5 * Math.sin(1 + i * i));
  const length = Math.hypot(...values);
  return float32(
    [n, 1],
    values.map((value) => value / length),
  );
}

/** v - Q Q^T v */
function orthogonal(vectors: tf.Tensor3D, basis: tf.Tensor3D): tf.Tensor3D {
  return tf.sub(vectors, tf.matMul(basis, tf.matMul(basis, vectors, true)));
}
