import * as tf from "@tensorflow/tfjs";
import { type FeatureSpec, groupRuns } from "./feature-spec.js";

// Shapes: B images, T patches of an image (all N, or a drawn subset), C channels, G groups, D_g channels of group g, K classes.

/** The statistics that whiten patches, as tensors. */
export interface WhiteningTables {
  readonly channelMean: tf.Tensor1D; // [C]
  readonly channelDeviation: tf.Tensor1D; // [C]
  readonly positionMean: tf.Tensor3D; // [K, N, C]
  readonly whitening: readonly tf.Tensor3D[]; // G x [K, D_g, D_g]; empty without whitening
}

/** Patches as they were encoded, and what they are patches of. */
export interface Patches {
  readonly features: tf.Tensor3D; // [B, T, C]
  readonly label: tf.Tensor1D; // int32 [B], the class of each image
  readonly positions: tf.Tensor2D; // int32 [B, T], the place of each patch on the grid
}

/** The channels of patches, and the groups of stages that are whitened together. */
export interface GroupLayout {
  readonly spec: FeatureSpec;
  readonly groups: readonly (readonly number[])[];
}

/**
 * Patches as the modules see them: x_g = W_c,g (f_g / deviation - m_c,i), or (f - mean) / deviation without whitening.
 * @returns one [B, T, D_g] for each group
 * @see method.md, Features 4 and Recommended settings 2
 */
export function whitened(tables: WhiteningTables, patches: Patches, layout: GroupLayout): tf.Tensor3D[] {
  return whiten(tables, centred(tables, patches), patches.label, layout);
}

/** Patches without their mean, in units of the channels' deviation: f / deviation - m_c,i, or (f - mean) / deviation without whitening. [B, T, C] */
export function centred(tables: WhiteningTables, { features, label, positions }: Patches): tf.Tensor3D {
  if (tables.whitening.length === 0) return tf.div(tf.sub(features, tables.channelMean), tables.channelDeviation);
  return tf.sub(tf.div(features, tables.channelDeviation), meansAt(tables.positionMean, label, positions));
}

/**
 * W_c applied to a difference of features in units of their deviations: residuals, or the way from one patch to another.
 * @param difference [B, T, C]
 * @param label int32 [B]
 * @returns one [B, T, D_g] for each group
 */
export function whiten(
  { whitening }: Pick<WhiteningTables, "whitening">,
  difference: tf.Tensor3D,
  label: tf.Tensor1D,
  { spec, groups }: GroupLayout,
): tf.Tensor3D[] {
  return groups.map((group, g) => {
    const part = channelsOf(difference, spec, group); // [B, T, D_g]
    const table = whitening[g];
    return table ? tf.matMul<tf.Tensor3D>(part, tf.gather(table, label)) : part; // the root is symmetric: x W = W x
  });
}

/** The channels of a group of stages: [B, T, C] -> [B, T, D_g]. */
function channelsOf(features: tf.Tensor3D, spec: FeatureSpec, group: readonly number[]): tf.Tensor3D {
  const runs = groupRuns(spec, group).map(({ begin, size }) => tf.slice(features, [0, 0, begin], [-1, -1, size]));
  return runs.length === 1 ? runs[0]! : tf.concat(runs, 2);
}

/** m_c,i of each patch: [B, T, C]. */
function meansAt(positionMean: tf.Tensor3D, label: tf.Tensor1D, positions: tf.Tensor2D): tf.Tensor3D {
  const [classes, tokens, channels] = positionMean.shape;
  const rows = tf.add(tf.mul(tf.expandDims(label, 1), tf.scalar(tokens, "int32")), positions); // [B, T]
  return tf.gather<tf.Tensor>(tf.reshape(positionMean, [classes * tokens, channels]), rows) as tf.Tensor3D;
}
