import * as tf from "@tensorflow/tfjs";
import { resizeBilinear } from "@ltad/jit/nn";
import type { FeatureSpec, Shrink } from "./feature-spec.js";

// Shapes: B images, h x w a stage's map, G grid side, N = G * G tokens, C_l channels of stage l, C = sum of C_l.

/**
 * Stage maps on one grid, side by side; with `length` "unit", each stage's part of a token is made sqrt(C_l) long.
 * @param maps [B, h_l, w_l, C_l] of the spec's stages, in their order
 * @returns [B, N, C]
 * @see method.md, Features 2 and Recommended settings 1: each f_l is resized to one grid and all are concatenated
 */
export function gridFeatures(maps: readonly tf.Tensor4D[], spec: FeatureSpec): tf.Tensor3D {
  const resized = maps.map((map) => toGrid(map, spec.grid, spec.shrink)); // L x [B, G, G, C_l]
  const parts = spec.length === "unit" ? resized.map(unitLength) : resized;
  return tf.concat(parts, 3).reshape([-1, spec.tokens, spec.channels]); // [B, N, C]
}

/** f sqrt(C) / max(||f||, 1e-12) at every place: how loud a token is says nothing about a defect, and would own the covariance. */
function unitLength(map: tf.Tensor4D): tf.Tensor4D {
  const channels = map.shape[3];
  const squares = tf.matMul(map.square(), tf.ones([1, 1, channels, 1])); // [B, G, G, 1]; a sum of squares needs a newer operator set
  return map.mul(Math.sqrt(channels)).div(squares.sqrt().maximum(1e-12));
}

/**
 * One map on the grid: a larger one is averaged or sampled, a smaller one is enlarged bilinearly (half-pixel centres).
 * Where the grid does not divide a map, a place averages what it covers, cells at its border by their share.
 * @param map [B, h, w, C]
 * @returns [B, grid, grid, C]
 */
export function toGrid(map: tf.Tensor4D, grid: number, shrink: Shrink): tf.Tensor4D {
  const side = map.shape[1];
  if (side === grid) return map;
  if (side < grid || shrink === "bilinear") return resizeBilinear(map, [grid, grid]);
  return side % grid === 0 ? tf.avgPool(map, side / grid, side / grid, "valid") : averageArea(map, grid);
}

/** [B, h, h, C] -> [B, grid, grid, C] as two products with the shares that cells have in places. */
function averageArea(map: tf.Tensor4D, grid: number): tf.Tensor4D {
  const [, side, , channels] = map.shape;
  const shares = tf.tensor3d(areaShares(side, grid), [1, grid, side]);
  const rows = tf.matMul(shares, map.reshape([-1, side, side * channels])).reshape([-1, side, channels]); // [B grid, h, C]
  return tf.matMul(shares, rows).reshape([-1, grid, grid, channels]);
}

/** Row g: the share of each of `from` cells in place g of `to`, summing to 1. */
function areaShares(from: number, to: number): number[] {
  const size = from / to;
  return Array.from({ length: to * from }, (_, i) => {
    const [place, cell] = [Math.floor(i / from), i % from];
    return Math.max(0, Math.min(cell + 1, (place + 1) * size) - Math.max(cell, place * size)) / size;
  });
}
