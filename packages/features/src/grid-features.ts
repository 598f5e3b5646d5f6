import * as tf from "@tensorflow/tfjs";
import { resizeBilinear } from "@ltad/jit";
import type { FeatureSpec, Shrink } from "./feature-spec.js";

// Shapes: B images, h x w a stage's map, G grid side, N = G * G tokens, C_l channels of stage l, C = sum of C_l.

/**
 * Stage maps on one grid, side by side.
 * @param maps [B, h_l, w_l, C_l] of the spec's stages, in their order
 * @returns [B, N, C]
 * @see method.md, Features 2: each f_l is resized to one grid and all are concatenated
 */
export function gridFeatures(maps: readonly tf.Tensor4D[], spec: FeatureSpec): tf.Tensor3D {
  const resized = maps.map((map) => toGrid(map, spec.grid, spec.shrink)); // L x [B, G, G, C_l]
  return tf.concat(resized, 3).reshape([-1, spec.tokens, spec.channels]); // [B, N, C]
}

/**
 * One map on the grid: a larger one is averaged or sampled, a smaller one is enlarged bilinearly (half-pixel centres).
 * @param map [B, h, w, C]
 * @returns [B, grid, grid, C]
 */
export function toGrid(map: tf.Tensor4D, grid: number, shrink: Shrink): tf.Tensor4D {
  const side = map.shape[1];
  if (side === grid) return map;
  if (side > grid && shrink === "area" && side % grid === 0) return tf.avgPool(map, side / grid, side / grid, "valid");
  return resizeBilinear(map, [grid, grid]);
}
