import * as tf from "@tensorflow/tfjs";
import { type FeatureSpec, groupRuns } from "./feature-spec.js";

// Shapes: B images, T tokens of an image (all N, or a drawn subset), C channels, G groups, D_g channels of group g, D = sum of D_g, K classes.

/** The tables of {@link ClassStatistics} as tensors. */
export interface NormaliseTables {
  readonly channelMean: tf.Tensor1D; // [C]
  readonly channelDeviation: tf.Tensor1D; // [C]
  readonly positionMean: tf.Tensor3D; // [K, N, C]
  readonly whitening: readonly tf.Tensor3D[]; // G x [K, D_g, D_g]; none without whitening
}

/**
 * Features as the modules see them: x_g = W_c,g (f_g / deviation - m_c,i), or (f - mean) / deviation without whitening.
 * @param features [B, T, C] as encoded
 * @param label int32 [B] class of each image
 * @param positions int32 [B, T] grid position of each token
 * @returns one [B, T, D_g] for each group
 * @see method.md, "Features" 4 and "Recommended settings" 2
 */
export function normalise(
  tables: NormaliseTables,
  features: tf.Tensor3D,
  label: tf.Tensor1D,
  positions: tf.Tensor2D,
  spec: FeatureSpec,
  groups: readonly (readonly number[])[],
): tf.Tensor3D[] {
  return whiten(tables, centre(tables, features, label, positions), label, spec, groups);
}

/** Features less their mean, in units of the channels' deviation: f / deviation - m_c,i, or (f - mean) / deviation without whitening. [B, T, C] */
export function centre(tables: NormaliseTables, features: tf.Tensor3D, label: tf.Tensor1D, positions: tf.Tensor2D): tf.Tensor3D {
  if (tables.whitening.length === 0) return tf.div(tf.sub(features, tables.channelMean), tables.channelDeviation);
  return tf.sub(tf.div(features, tables.channelDeviation), meansAt(tables.positionMean, label, positions));
}

/**
 * W_c applied to a difference of features in units of their deviations: residuals, or the way from one patch to another.
 * @param difference [B, T, C]
 * @returns one [B, T, D_g] for each group
 */
export function whiten(
  tables: NormaliseTables,
  difference: tf.Tensor3D,
  label: tf.Tensor1D,
  spec: FeatureSpec,
  groups: readonly (readonly number[])[],
): tf.Tensor3D[] {
  return groups.map((group, g) => {
    const part = channelsOf(difference, spec, group); // [B, T, D_g]
    const table = tables.whitening[g];
    return table ? tf.matMul<tf.Tensor3D>(part, tf.gather(table, label)) : part; // the root is symmetric: x W = W x
  });
}

/** The channels of a group of stages: [B, T, C] -> [B, T, D_g]. */
export function channelsOf(features: tf.Tensor3D, spec: FeatureSpec, group: readonly number[]): tf.Tensor3D {
  const runs = groupRuns(spec, group).map(({ begin, size }) => tf.slice(features, [0, 0, begin], [-1, -1, size]));
  return runs.length === 1 ? runs[0]! : tf.concat(runs, 2);
}

/** m_c,i of each token: [B, T, C]. */
function meansAt(positionMean: tf.Tensor3D, label: tf.Tensor1D, positions: tf.Tensor2D): tf.Tensor3D {
  const [classes, tokens, channels] = positionMean.shape;
  const rows = tf.add(tf.mul(tf.expandDims(label, 1), tf.scalar(tokens, "int32")), positions); // [B, T]
  return tf.gather<tf.Tensor>(tf.reshape(positionMean, [classes * tokens, channels]), rows) as tf.Tensor3D;
}

/** What z is measured by. */
export interface ZTables {
  readonly zMean: tf.Tensor1D; // [Dz]
  readonly zDeviation: tf.Tensor1D; // [Dz]
}

/** z in units of the training images' deviation: [B, Dz]. */
export function standardZ({ zMean, zDeviation }: ZTables, z: tf.Tensor2D): tf.Tensor2D {
  return tf.div(tf.sub(z, zMean), zDeviation);
}

/**
 * Squared distance of each image's standardised z to each class mean.
 * @param z [B, Dz]
 * @returns [B, K], mean over the Dz coordinates
 */
export function classDistances(tables: ZTables & { readonly classZ: tf.Tensor2D }, z: tf.Tensor2D): tf.Tensor2D {
  const standard = standardZ(tables, z); // [B, Dz]
  return tf.mean(tf.square(tf.sub(tf.expandDims(standard, 1), tf.expandDims(tables.classZ, 0))), 2); // [B, K]
}
