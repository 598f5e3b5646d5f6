// The two other half-pixel bilinears of the repository interpolate in loops over Float32Array: the detector enlarges heat maps without
// TensorFlow.js, and data resizes images with antialiasing kernels. Both interpolate only two or a few samples, where a dense matrix would be slower, so they share no code with this one.

/** How a pixel of the result finds its place in the source, as in TF.js. */
export interface ResizeRule {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Matrix [to, from] of bilinear interpolation along one axis; rows sum to 1. */
export function bilinearMatrix(from: number, to: number, rule: ResizeRule): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const at = Math.min(Math.max(place(i, from, to, rule), 0), from - 1);
    const low = Math.floor(at);
    const high = Math.min(low + 1, from - 1);
    matrix[i * from + low] = matrix[i * from + low]! + (1 - (at - low));
    matrix[i * from + high] = matrix[i * from + high]! + (at - low);
  }
  return matrix;
}

/** Matrix [to, from] of nearest neighbours along one axis: one 1 in each row. */
export function nearestMatrix(from: number, to: number, rule: ResizeRule): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const scale = rule.alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
    const at = rule.halfPixelCenters ? (i + 0.5) * scale : i * scale;
    const nearest = rule.alignCorners ? Math.round(at) : Math.floor(at);
    matrix[i * from + Math.min(nearest, from - 1)] = 1;
  }
  return matrix;
}

function place(i: number, from: number, to: number, { alignCorners, halfPixelCenters }: ResizeRule): number {
  if (alignCorners) return to > 1 ? (i * (from - 1)) / (to - 1) : 0;
  const scale = from / to;
  return halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale;
}
