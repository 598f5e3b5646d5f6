import * as tf from "@tensorflow/tfjs";

// Shapes: B images, T patches of an image (all N, or a drawn subset), C channels, K classes, r axes of a position.

/** The statistics that whiten patches, as tensors. */
export interface WhiteningTables {
  readonly channelMean: tf.Tensor1D; // [C]
  readonly channelDeviation: tf.Tensor1D; // [C]
  readonly positionMean: tf.Tensor3D; // [K, N, C]
  readonly whitening?: tf.Tensor3D; // [K, C, C]; missing without whitening
  readonly axes?: tf.Tensor4D; // [K, N, r, C]; missing when all positions share the covariance of the class
  readonly gain?: tf.Tensor1D; // [K]
}

/** The classes and positions of patches. */
export interface Places {
  readonly label: tf.Tensor1D; // int32 [B], the class of each image
  readonly positions: tf.Tensor2D; // int32 [B, T], the place of each patch on the grid
}

/** Encoded patches. */
export interface Patches extends Places {
  readonly features: tf.Tensor3D; // [B, T, C]
}

/**
 * Whitens patches for the trainable modules: x' = P_c,i^(-1/2) W_c (f / deviation - m_c,i), or (f - mean) / deviation without whitening.
 * @returns [B, T, C]
 * @see docs/method.md, "Features" 4 and "Recommended settings" 2 and 3
 */
export function whitened(tables: WhiteningTables, patches: Patches): tf.Tensor3D {
  return whiten(tables, centred(tables, patches), patches);
}

/** Subtracts the mean from patches, in units of the channels' deviations: f / deviation - m_c,i, or (f - mean) / deviation without whitening. [B, T, C] */
export function centred(tables: WhiteningTables, { features, label, positions }: Patches): tf.Tensor3D {
  if (!tables.whitening) return tf.div(tf.sub(features, tables.channelMean), tables.channelDeviation);
  return tf.sub(tf.div(features, tables.channelDeviation), atPlaces(tables.positionMean, { label, positions }));
}

/**
 * Applies P_c,i^(-1/2) W_c to a difference of features in units of their deviations, such as a residual or the difference of two patches.
 * @param difference [B, T, C]
 * @returns [B, T, C]
 */
export function whiten({ whitening, axes, gain }: WhiteningTables, difference: tf.Tensor3D, places: Places): tf.Tensor3D {
  if (!whitening) return difference;
  const x = tf.matMul<tf.Tensor3D>(difference, tf.gather(whitening, places.label)); // the root is symmetric, so x W = W x
  if (!axes || !gain) return x;
  const own: tf.Tensor4D = atPlaces(axes, places); // [B, T, r, C]
  const shares = tf.matMul<tf.Tensor4D>(tf.expandDims<tf.Tensor4D>(x, 2), own, false, true); // [B, T, 1, r]
  const along = tf.squeeze<tf.Tensor3D>(tf.matMul(shares, own), [2]); // U^T U x, [B, T, C]
  return tf.mul(tf.sub(x, along), tf.gather(gain, places.label).reshape([-1, 1, 1]));
}

/** Gathers the rows of a table [K, N, ...] at the positions of patches, [B, T, ...]. */
function atPlaces<T extends tf.Tensor>(table: T, { label, positions }: Places): T {
  const [classes, tokens, ...rest] = table.shape as [number, number, ...number[]];
  const rows = tf.add(tf.mul(tf.expandDims(label, 1), tf.scalar(tokens, "int32")), positions); // [B, T]
  return tf.gather<tf.Tensor>(tf.reshape(table, [classes * tokens, ...rest]), rows) as T;
}
