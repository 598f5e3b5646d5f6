import * as tf from "@tensorflow/tfjs";

// Shapes: B images, T patches of an image (all N, or a drawn subset), C channels, K classes, r axes of a position.

/** The statistics that whiten patches, as tensors. */
export interface WhiteningTables {
  readonly channelMean: tf.Tensor1D; // [C]
  readonly channelDeviation: tf.Tensor1D; // [C]
  readonly positionMean: tf.Tensor3D; // [K, N, C]
  readonly whitening?: tf.Tensor3D; // [K, C, C]; absent without whitening
  readonly axes?: tf.Tensor4D; // [K, N, r, C]; absent when all positions share the class's covariance
  readonly gain?: tf.Tensor1D; // [K]
}

/** What patches are patches of. */
export interface Places {
  readonly label: tf.Tensor1D; // int32 [B], the class of each image
  readonly positions: tf.Tensor2D; // int32 [B, T], the place of each patch on the grid
}

/** Patches as they were encoded. */
export interface Patches extends Places {
  readonly features: tf.Tensor3D; // [B, T, C]
}

/**
 * Patches as the modules see them: x' = P_c,i^(-1/2) W_c (f / deviation - m_c,i), or (f - mean) / deviation without whitening.
 * @returns [B, T, C]
 * @see method.md, Features 4 and Recommended settings 2 and 3
 */
export function whitened(tables: WhiteningTables, patches: Patches): tf.Tensor3D {
  return whiten(tables, centred(tables, patches), patches);
}

/** Patches without their mean, in units of the channels' deviation: f / deviation - m_c,i, or (f - mean) / deviation without whitening. [B, T, C] */
export function centred(tables: WhiteningTables, { features, label, positions }: Patches): tf.Tensor3D {
  if (!tables.whitening) return tf.div(tf.sub(features, tables.channelMean), tables.channelDeviation);
  return tf.sub(tf.div(features, tables.channelDeviation), atPlaces(tables.positionMean, { label, positions }));
}

/**
 * P_c,i^(-1/2) W_c applied to a difference of features in units of their deviations: residuals, or the way from one patch to another.
 * @param difference [B, T, C]
 * @returns [B, T, C]
 */
export function whiten({ whitening, axes, gain }: WhiteningTables, difference: tf.Tensor3D, places: Places): tf.Tensor3D {
  if (!whitening) return difference;
  const x = tf.matMul<tf.Tensor3D>(difference, tf.gather(whitening, places.label)); // the root is symmetric: x W = W x
  if (!axes || !gain) return x;
  const own: tf.Tensor4D = atPlaces(axes, places); // [B, T, r, C]
  const shares = tf.matMul<tf.Tensor4D>(tf.expandDims<tf.Tensor4D>(x, 2), own, false, true); // [B, T, 1, r]
  const along = tf.squeeze<tf.Tensor3D>(tf.matMul(shares, own), [2]); // U^T U x, [B, T, C]
  return tf.mul(tf.sub(x, along), tf.gather(gain, places.label).reshape([-1, 1, 1]));
}

/** The rows of a table [K, N, ...] at the places of patches: [B, T, ...]. */
function atPlaces<T extends tf.Tensor>(table: T, { label, positions }: Places): T {
  const [classes, tokens, ...rest] = table.shape as [number, number, ...number[]];
  const rows = tf.add(tf.mul(tf.expandDims(label, 1), tf.scalar(tokens, "int32")), positions); // [B, T]
  return tf.gather<tf.Tensor>(tf.reshape(table, [classes * tokens, ...rest]), rows) as T;
}
