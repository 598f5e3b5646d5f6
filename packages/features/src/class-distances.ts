import { check, having, tensor } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";

// Shapes: B images, Dz size of z, K classes.

/** The mean and the standard deviation of z over the training images. */
export interface ZTables {
  readonly zMean: tf.Tensor1D; // [Dz]
  readonly zDeviation: tf.Tensor1D; // [Dz]
}

/** Standardises z by its mean and deviation over the training images, [B, Dz]. */
export function standardZ(tables: ZTables, z: tf.Tensor2D): tf.Tensor2D {
  check("standardZ", { tables, z }, { tables: having("tables with zMean and zDeviation", "zMean", "zDeviation"), z: tensor(2) });
  const { zMean, zDeviation } = tables;
  return tf.div(tf.sub(z, zMean), zDeviation);
}

/**
 * The squared distance of the standardised z of each image to the mean of each class.
 * @param z [B, Dz]
 * @returns [B, K], averaged over the Dz coordinates
 */
export function classDistances(tables: ZTables & { readonly classZ: tf.Tensor2D }, z: tf.Tensor2D): tf.Tensor2D {
  check("classDistances", { tables }, { tables: having("tables with classZ", "classZ") });
  const standard = standardZ(tables, z); // [B, Dz]
  return tf.mean(tf.square(tf.sub(tf.expandDims(standard, 1), tf.expandDims(tables.classZ, 0))), 2); // [B, K]
}
