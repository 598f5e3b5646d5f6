import * as tf from "@tensorflow/tfjs";
import { resizeBilinear } from "@ltad/jit/nn";
import type { FeatureSpec, Shrink } from "./feature-spec.js";

// Shapes: B images, h x w a stage's map, G grid side, N = G * G tokens, C_l channels of stage l, C = sum of C_l.

/**
 * Resizes the maps of all stages to one grid and concatenates them. With `length` "unit", each stage's part of a token is scaled to sqrt(C_l).
 * @param maps [B, h_l, w_l, C_l], those of the spec's stages, in their order
 * @returns [B, N, C]
 * @see docs/method.md, "Features" 2 and "Recommended settings" 1
 */
export function gridFeatures(maps: readonly tf.Tensor4D[], spec: FeatureSpec): tf.Tensor3D {
  const resized = maps.map((map) => toGrid(map, spec.grid, spec.shrink)); // L x [B, G, G, C_l]
  const parts = spec.length === "unit" ? resized.map(unitLength) : resized;
  return tf.concat(parts, 3).reshape([-1, spec.tokens, spec.channels]); // [B, N, C]
}

/** f sqrt(C) / max(||f||, 1e-12) at every position. The length of a token indicates no defect, and would dominate the covariance. */
function unitLength(map: tf.Tensor4D): tf.Tensor4D {
  const channels = map.shape[3];
  const squares = tf.matMul(map.square(), tf.ones([1, 1, channels, 1])); // [B, G, G, 1]; a sum of squares needs a newer operator set
  return map.mul(Math.sqrt(channels)).div(squares.sqrt().maximum(1e-12));
}

/**
 * Resizes a map to the grid: a larger map is averaged or sampled, and a smaller one is enlarged bilinearly (half-pixel centres).
 * If the grid does not divide the map, a position averages the cells it covers, those at its border by their share.
 * @param map [B, h, w, C]
 * @returns [B, grid, grid, C]
 */
export function toGrid(map: tf.Tensor4D, grid: number, shrink: Shrink): tf.Tensor4D {
  const side = map.shape[1];
  if (side === grid) return map;
  if (side < grid || shrink === "bilinear") return resizeBilinear(map, [grid, grid]);
  return side % grid === 0 ? tf.avgPool(map, side / grid, side / grid, "valid") : averageArea(map, grid);
}

/** [B, h, h, C] -> [B, grid, grid, C], as two products with the matrix of {@link areaShares}. */
function averageArea(map: tf.Tensor4D, grid: number): tf.Tensor4D {
  const [, side, , channels] = map.shape;
  const shares = tf.tensor3d(areaShares(side, grid), [1, grid, side]);
  const rows = tf.matMul(shares, map.reshape([-1, side, side * channels])).reshape([-1, side, channels]); // [B grid, h, C]
  return tf.matMul(shares, rows).reshape([-1, grid, grid, channels]);
}

/** A matrix [to, from], row-major. Row g has the share of each cell in position g; its sum is 1. */
function areaShares(from: number, to: number): number[] {
  const size = from / to;
  return Array.from({ length: to * from }, (_, i) => {
    const [place, cell] = [Math.floor(i / from), i % from];
    return Math.max(0, Math.min(cell + 1, (place + 1) * size) - Math.max(cell, place * size)) / size;
  });
}
